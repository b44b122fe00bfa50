"""Checks an EKS bearer token as AWS does.

A token is `k8s-aws-v1.` and, in URL-safe base64, a presigned GetCallerIdentity URL of a regional STS, in whose
signature the header `x-k8s-aws-id` names the cluster. EKS adds the name of *its* cluster and lets STS judge the
signature. Source: kubernetes-sigs/aws-iam-authenticator, package token; AWS, "Signature Version 4, query string". Pure.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from attrs import frozen

PREFIX = "k8s-aws-v1."
CLUSTER_HEADER = "x-k8s-aws-id"
LIFETIME = timedelta(minutes=15)
SKEW = timedelta(minutes=5)
LONGEST = 16384
HOST = re.compile(r"sts\.(?P<region>[a-z]{2}(-[a-z]+)+-\d)\.(amazonaws\.com(\.cn)?|amazonaws\.eu)")
PARAMETERS = {
    *("Action", "Version", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires"),
    *("X-Amz-Security-Token", "X-Amz-Signature", "X-Amz-SignedHeaders"),
}
Secrets = Callable[[str], str | None]


class TokenError(Exception):
    """Why a token is not accepted."""


@frozen
class Presigned:
    """The parts of a presigned URL."""

    url: SplitResult
    parameters: Mapping[str, str]

    @property
    def credential(self) -> list[str]:
        """Access key, date, region, service and `aws4_request`."""
        return self.parameters.get("X-Amz-Credential", "").split("/")


def verify(token: str, cluster: str, secrets: Secrets, now: datetime) -> str:
    """Give the access key that signed a good token for this cluster; raises TokenError with the reason otherwise.

    `secrets` gives the secret of an access key, None for one that does not exist.
    """
    presigned = _parse(token)
    _check_request(presigned)
    _check_time(presigned, now)
    access_key = presigned.credential[0]
    secret = secrets(access_key)
    if secret is None:
        raise TokenError("the access key does not exist")
    expected = signature(presigned, {"host": presigned.url.netloc, CLUSTER_HEADER: cluster}, secret)
    if not hmac.compare_digest(expected, presigned.parameters["X-Amz-Signature"]):
        raise TokenError("the signature is not that of this access key for this cluster")
    return access_key


def _parse(token: str) -> Presigned:
    if not token.startswith(PREFIX) or len(token) > LONGEST:
        raise TokenError("not an EKS token")
    encoded = token.removeprefix(PREFIX)
    try:
        url = urlsplit(base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True).decode())
    except ValueError as error:
        raise TokenError("not base64 of a URL") from error
    pairs = parse_qsl(url.query, keep_blank_values=True)
    if len(pairs) != len(dict(pairs)):
        raise TokenError("a parameter is given twice")
    return Presigned(url, dict(pairs))


def _check_request(presigned: Presigned) -> None:
    url, parameters = presigned.url, presigned.parameters
    host = HOST.fullmatch(url.netloc)
    if url.scheme != "https" or host is None or url.path not in ("", "/"):
        raise TokenError("not the address of a regional STS")
    if parameters.get("Action") != "GetCallerIdentity" or not parameters.keys() <= PARAMETERS:
        raise TokenError("not a call of GetCallerIdentity, or with parameters that are not allowed")
    if not {"host", CLUSTER_HEADER} <= set(parameters.get("X-Amz-SignedHeaders", "").split(";")):
        raise TokenError(f"{CLUSTER_HEADER} is not signed")
    scope = [parameters.get("X-Amz-Date", "")[:8], host["region"], "sts", "aws4_request"]
    if presigned.credential[1:] != scope or "X-Amz-Signature" not in parameters:
        raise TokenError("the credential's scope does not fit the request")


def _check_time(presigned: Presigned, now: datetime) -> None:
    try:
        signed = datetime.strptime(presigned.parameters["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise TokenError("X-Amz-Date is not a time") from error
    if now > signed + LIFETIME:
        raise TokenError("the token is older than 15 minutes")
    if signed > now + SKEW:
        raise TokenError("the token is of the future: compare the clocks")
    if not 0 < int("0" + re.sub(r"\D", "", presigned.parameters.get("X-Amz-Expires", ""))) <= LIFETIME.seconds:
        raise TokenError("X-Amz-Expires is not between 1 and 900 seconds")


def signature(presigned: Presigned, headers: Mapping[str, str], secret: str) -> str:
    """Give the SigV4 signature of a presigned GET without a body, with the values of its signed headers."""
    names = presigned.parameters["X-Amz-SignedHeaders"].split(";")
    query = {name: value for name, value in presigned.parameters.items() if name != "X-Amz-Signature"}
    canonical_query = "&".join(f"{_quoted(name)}={_quoted(query[name])}" for name in sorted(query))
    canonical_headers = "".join(f"{name}:{headers.get(name, '')}\n" for name in names)
    empty = hashlib.sha256(b"").hexdigest()
    request = "\n".join(("GET", "/", canonical_query, canonical_headers, ";".join(names), empty))
    scope = presigned.credential[1:]
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", presigned.parameters["X-Amz-Date"], "/".join(scope), digest))
    key = ("AWS4" + secret).encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
