"""Tokens for ServiceAccounts, signed by the cluster's issuer. Source: Kubernetes, TokenRequest; RFC 7519."""

import functools
import secrets
import time
from typing import Any

from attrs import frozen
from cryptography.hazmat.primitives.asymmetric import rsa

from tasktool_infra.sandbox import jwt
from tasktool_infra.sandbox.kubernetes.errors import invalid

Json = dict[str, Any]
LIFETIME = 3600
SHORTEST = 600
KEYS_PATH = "/openid/v1/jwks"


@frozen
class ServiceAccountTokens:
    """Issues tokens, and knows those that are for its own API server."""

    issuer: str

    @property
    def keys(self) -> Json:
        """The keys with which the issuer's tokens are checked, as a JWKS."""
        return jwt.key_set(_key().public_key())

    def issue(self, account: Json, request: Json) -> Json:
        """Answer a TokenRequest for a ServiceAccount; raises ApiError for a life that is too short."""
        spec = request.get("spec") or {}
        lifetime = int(spec.get("expirationSeconds") or LIFETIME)
        if lifetime < SHORTEST:
            message = f"Invalid value: {lifetime}: may not specify a duration less than 10 minutes"
            cause = {"reason": "FieldValueInvalid", "message": message, "field": "spec.expirationSeconds"}
            raise invalid("TokenRequest", "authentication.k8s.io", "", [cause])
        now = int(time.time())
        spec |= {"audiences": spec.get("audiences") or [self.issuer], "expirationSeconds": lifetime}
        token = jwt.sign(self._claims(account, spec["audiences"], now, now + lifetime), _key())
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + lifetime))
        return request | {"spec": spec, "status": {"token": token, "expirationTimestamp": ends}}

    def _claims(self, account: Json, audiences: list[str], now: int, end: int) -> Json:
        name, namespace, uid = (account["metadata"][key] for key in ("name", "namespace", "uid"))
        return {
            "iss": self.issuer,
            "sub": f"system:serviceaccount:{namespace}:{name}",
            "aud": audiences,
            "iat": now,
            "nbf": now,
            "exp": end,
            "jti": secrets.token_hex(16),
            "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": name, "uid": uid}},
        }

    def user(self, token: str) -> str | None:
        """Who a token speaks for, None when it was not issued here, is for somebody else (STS), or has expired."""
        try:
            found = jwt.parse(token)
        except jwt.TokenError:
            return None
        if self.issuer not in found.audiences or not jwt.signed_by(found, self.keys):
            return None
        return str(found.claims["sub"]) if found.claims["exp"] > time.time() else None

    def document(self, path: str) -> Json | None:
        """Give what an issuer publishes at a path. Source: OpenID Connect Discovery; Kubernetes, issuer discovery."""
        if path == KEYS_PATH:
            return self.keys
        if path != "/.well-known/openid-configuration":
            return None
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}{KEYS_PATH}",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [jwt.ALGORITHM],
        }


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    """One key for the process, made when first needed: it takes a moment."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
