"""Facts about URLs."""

from typing import Any
from urllib.parse import urlsplit

_NEAR = frozenset({"minikube", "kubernetes.docker.internal", "host.docker.internal"})
"""What minikube and Docker Desktop call this machine and what runs on it."""


def is_loopback(url: str) -> bool:
    """Say whether a URL leads to this machine (RFC 1122 section 3.2.1.3, RFC 6761 section 6.3)."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and bool(address.is_loopback)


def is_near(url: str) -> bool:
    """Say whether a URL leads to this machine or into a private network, where clusters for development are.

    Source: RFC 1918 and RFC 4193 (addresses), the documentation of minikube and Docker Desktop (names).
    """
    host = urlsplit(url).hostname or ""
    if is_loopback(url) or host in _NEAR or host.endswith(".minikube.internal"):
        return True
    address = _address(host)
    return address is not None and bool(address.is_private)


def _address(host: str) -> Any:
    """Give the IP address that a host is, or None."""
    if not host or not (":" in host or host[0].isdigit()):
        return None
    import ipaddress  # hardly ever needed

    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
