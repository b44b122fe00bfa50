"""Values that nobody is shown: they are compared and sent, but never printed or written down."""

import hashlib
from functools import lru_cache
from typing import Any

from attrs import field, frozen

SHOWN = "(sensitive value)"


@frozen
class Secret:
    """A text that is shown nowhere: printed it is ``(sensitive value)``."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        """Give what may be seen of it: nothing."""
        return SHOWN

    def sealed(self, salt: str) -> "Sealed":
        """Give what can be compared with it, and tells nothing of it."""
        return Sealed(salt, _digest(self.value, salt))


@frozen
class Sealed:
    """A secret of which only a salted hash is left: it can be recognised, and never be had again."""

    salt: str
    digest: str = field(repr=False)

    def __str__(self) -> str:
        """Give what may be seen of it: nothing."""
        return SHOWN


def same(one: Secret | Sealed, other: Secret | Sealed) -> bool:
    """Say whether two are the same secret, as far as can be known of those of which only a hash is left."""
    if isinstance(one, Sealed) and isinstance(other, Secret):
        return one == other.sealed(one.salt)
    return same(other, one) if isinstance(one, Secret) and isinstance(other, Sealed) else one == other


@lru_cache(maxsize=256)
def _digest(value: str, salt: str) -> str:
    """Hash slowly: a password may be short, and the file may lie where many can read it (RFC 7914)."""
    return hashlib.scrypt(value.encode(), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32).hex()


def revealed(value: Any) -> Any:
    """Give JSON-like data with every secret in it as the text that it is: for sending, and nothing else."""
    if isinstance(value, Secret):
        return value.value
    if isinstance(value, dict):
        return {key: revealed(inner) for key, inner in value.items()}
    return [revealed(inner) for inner in value] if isinstance(value, list) else value
