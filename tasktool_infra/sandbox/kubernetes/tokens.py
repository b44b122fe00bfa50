"""Tokens for ServiceAccounts, signed by the cluster's issuer. Source: Kubernetes, TokenRequest; RFC 7519."""

import base64
import functools
import json
import time
from collections.abc import Mapping
from typing import Any

from attrs import define, field
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Json = dict[str, Any]
LIFETIME = 3600


@define
class ServiceAccountTokens:
    """Issues tokens, and knows those that it issued."""

    issuer: str
    _issued: dict[str, str] = field(factory=dict, init=False, repr=False)

    def issue(self, account: Json, spec: Json) -> Json:
        """Give the status of a TokenRequest: an RS256 JWT and when it expires."""
        metadata = account["metadata"]
        now = int(time.time())
        lifetime = int(spec.get("expirationSeconds") or LIFETIME)
        user = f"system:serviceaccount:{metadata['namespace']}:{metadata['name']}"
        claims = {
            "iss": self.issuer,
            "sub": user,
            "aud": spec.get("audiences") or [self.issuer],
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
        }
        token = _signed(claims)
        self._issued[token] = user
        return {"token": token, "expirationTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + lifetime))}

    def user(self, token: str) -> str | None:
        """Who a token was issued for, None when it was not issued here or has expired."""
        user = self._issued.get(token)
        return user if user and _claims(token)["exp"] > time.time() else None


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    """One key for the process, made when first needed: it takes a moment."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _signed(claims: Mapping[str, Any]) -> str:
    head = _encoded(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
    text = f"{head}.{_encoded(json.dumps(claims).encode())}"
    return f"{text}.{_encoded(_key().sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _claims(token: str) -> Json:
    payload = token.split(".")[1]
    claims: Json = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
