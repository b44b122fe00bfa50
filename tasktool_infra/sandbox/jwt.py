"""JSON web tokens as clusters sign them for ServiceAccounts: RS256, with the keys published as a JWKS.

Source: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7519 (JWT).
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Json = dict[str, Any]
ALGORITHM = "RS256"


class TokenError(Exception):
    """The text is no token."""


@frozen
class Token:
    """A token as it came: nothing of it is proven before `signed_by` says so."""

    head: Json
    claims: Json
    text: bytes = field(repr=False)
    """What is signed."""
    signature: bytes = field(repr=False)

    @property
    def audiences(self) -> tuple[str, ...]:
        """For whom it is: one text or a list, as the standard has it."""
        found = self.claims.get("aud", ())
        return (found,) if isinstance(found, str) else tuple(map(str, found))


def parse(token: str) -> Token:
    """Read a token; raises TokenError for what is none."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - head, claims, signature
        raise TokenError("a token has three parts")
    try:
        head, claims = (json.loads(_decoded(part)) for part in parts[:2])
        signature = _decoded(parts[2])
    except (ValueError, RecursionError) as error:
        raise TokenError(f"not base64 of JSON: {error}") from error
    if not isinstance(head, dict) or not isinstance(claims, dict):
        raise TokenError("its parts are no objects")
    return Token(head, claims, ".".join(parts[:2]).encode(), signature)


def sign(claims: Mapping[str, Any], key: rsa.RSAPrivateKey) -> str:
    """Give a token with these claims, which names its key."""
    head = {"alg": ALGORITHM, "kid": key_id(key.public_key())}
    text = f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(claims).encode())}"
    return f"{text}.{_encoded(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def signed_by(token: Token, jwks: Mapping[str, Any]) -> bool:
    """Say whether one of an issuer's keys has signed the token; an algorithm that is not the key's never has."""
    if token.head.get("alg") != ALGORITHM:
        return False
    named = [each for each in jwks.get("keys", ()) if each.get("kid") == token.head.get("kid")]
    return any(_verifies(_public_key(each), token) for each in named)


def _verifies(key: rsa.RSAPublicKey, token: Token) -> bool:
    try:
        key.verify(token.signature, token.text, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def key_set(key: rsa.RSAPublicKey) -> Json:
    """Give the JWKS of an issuer with one key."""
    numbers = key.public_numbers()
    published = {"kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": key_id(key)}
    return {"keys": [published | {"n": _number(numbers.n), "e": _number(numbers.e)}]}


def key_id(key: rsa.RSAPublicKey) -> str:
    """Give a key's name: the digest of its DER form, as the API server names its keys."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return _encoded(hashlib.sha256(der).digest())


def _public_key(jwk: Mapping[str, Any]) -> rsa.RSAPublicKey:
    modulus, exponent = (int.from_bytes(_decoded(jwk[name])) for name in ("n", "e"))
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8))


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
