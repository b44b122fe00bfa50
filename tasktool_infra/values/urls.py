"""Facts about URLs."""

from urllib.parse import urlsplit

_NAMES = frozenset({"localhost", "::1"})


def is_loopback(url: str) -> bool:
    """Say whether a URL leads to this machine (RFC 1122 section 3.2.1.3, RFC 6761 section 6.3)."""
    host = urlsplit(url).hostname or ""
    return host in _NAMES or host.startswith("127.") or host.endswith(".localhost")
