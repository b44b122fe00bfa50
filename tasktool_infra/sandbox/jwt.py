"""JSON web tokens as clusters sign them for ServiceAccounts: RS256 or ES256, with the keys published as a JWKS.

Source: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 (their algorithms), RFC 7519 (JWT).
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

Json = dict[str, Any]
ALGORITHM = "RS256"
EC_SIZE = 32
"""Bytes of a number on the curve P-256."""


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
    named = [each for each in jwks.get("keys", ()) if each.get("kid") == token.head.get("kid")]
    return any(_verifies(each, token) for each in named)


def _verifies(jwk: Mapping[str, Any], token: Token) -> bool:
    check = {("RSA", ALGORITHM): _check_rsa, ("EC", "ES256"): _check_ec}.get(
        (str(jwk.get("kty")), str(token.head.get("alg")))
    )
    if check is None:
        return False
    try:
        check(jwk, token)
    except InvalidSignature:
        return False
    return True


def _check_rsa(jwk: Mapping[str, Any], token: Token) -> None:
    modulus, exponent = (int.from_bytes(_decoded(jwk[name])) for name in ("n", "e"))
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    key.verify(token.signature, token.text, padding.PKCS1v15(), hashes.SHA256())


def _check_ec(jwk: Mapping[str, Any], token: Token) -> None:
    """Check a signature that is two numbers of the curve's size, one after the other."""
    if len(token.signature) != 2 * EC_SIZE:
        raise InvalidSignature
    x, y = (int.from_bytes(_decoded(jwk[name])) for name in ("x", "y"))
    r, s = (int.from_bytes(part) for part in (token.signature[:EC_SIZE], token.signature[EC_SIZE:]))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    key.verify(encode_dss_signature(r, s), token.text, ec.ECDSA(hashes.SHA256()))


def key_set(key: rsa.RSAPublicKey) -> Json:
    """Give the JWKS of an issuer with one key."""
    numbers = key.public_numbers()
    published = {"kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": key_id(key)}
    return {"keys": [published | {"n": _number(numbers.n), "e": _number(numbers.e)}]}


def key_id(key: rsa.RSAPublicKey) -> str:
    """Give a key's name: the digest of its DER form, as the API server names its keys."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return _encoded(hashlib.sha256(der).digest())


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8))


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
