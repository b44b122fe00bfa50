"""Checks an EKS token as AWS does: the form, the presigned request in it, its age and its signature. No I/O here."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from attrs import field, frozen

PREFIX = "k8s-aws-v1."
CLUSTER_HEADER = "x-k8s-aws-id"
ALGORITHM = "AWS4-HMAC-SHA256"
LONGEST_TOKEN = 4096
LONGEST_PRESIGN = 60
LONGEST_AGE = timedelta(minutes=15)
SKEW = timedelta(minutes=5)
NEEDED = frozenset(
    {"action", "version"}
    | {f"x-amz-{name}" for name in ("algorithm", "credential", "date", "expires", "signature", "signedheaders")}
)
KNOWN = NEEDED | {"x-amz-security-token"}


class Refused(Exception):
    """The token proves nothing, and why."""


@frozen(kw_only=True)
class Caller:
    """A key pair that AWS knows, whose it is, and who that is in the cluster (nobody without a username)."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)
    arn: str
    user_id: str = "AIDACKCEVSQ6C2EXAMPLE"
    username: str = ""
    groups: tuple[str, ...] = ()

    @property
    def account(self) -> str:
        """The account that the ARN names."""
        return self.arn.split(":")[4]


def check(
    token: str, *, cluster: str, region: str, callers: Mapping[str, Caller], now: datetime | None = None
) -> Caller:
    """Tell who a token for one cluster is from; `Refused` when it proves nothing."""
    url = urlsplit(presigned(token))
    host = f"sts.{region}.amazonaws.com"
    if (url.scheme, url.netloc, url.path) != ("https", host, "/"):
        raise Refused(f"not a request to https://{host}/: {url.scheme}://{url.netloc}{url.path}")
    # The verifier puts in its own cluster: a token for another one then has another signature.
    return identity(url, headers={"host": host, CLUSTER_HEADER: cluster}, region=region, callers=callers, now=now)


def presigned(token: str) -> str:
    """Unpack the URL inside a token."""
    if len(token) > LONGEST_TOKEN:
        raise Refused(f"longer than {LONGEST_TOKEN}")
    if not token.startswith(PREFIX):
        raise Refused(f"does not begin with {PREFIX}")
    text = token.removeprefix(PREFIX)
    if "=" in text:
        raise Refused("base64 with padding")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refused(f"not URL-safe base64 of a URL: {error}") from None


def identity(
    url: SplitResult,
    *,
    headers: Mapping[str, str],
    region: str,
    callers: Mapping[str, Caller],
    now: datetime | None = None,
) -> Caller:
    """Judge a presigned GetCallerIdentity request that comes with these headers, as STS does."""
    query = parameters(url.query)
    signed = query["x-amz-signedheaders"].split(";")
    if query["action"] != "GetCallerIdentity":
        raise Refused(f"asks for {query['action']}, not GetCallerIdentity")
    if missing := {"host", CLUSTER_HEADER} - set(signed):
        raise Refused(f"not signed: {', '.join(sorted(missing))}")
    if query["x-amz-algorithm"] != ALGORITHM:
        raise Refused(f"signed by {query['x-amz-algorithm']}, not {ALGORITHM}")
    check_time(query, now or datetime.now(UTC))
    caller = owner(query, region, callers)
    if not hmac.compare_digest(signature(url, query, headers, caller.secret_key), query["x-amz-signature"]):
        raise Refused("the signature is not that of this key for this cluster")
    return caller


def parameters(text: str) -> dict[str, str]:
    """Read the query by lower-case names: all that must be there and nothing that is unknown."""
    pairs = [(name.lower(), value) for name, value in parse_qsl(text, keep_blank_values=True)]
    query = dict(pairs)
    if len(query) != len(pairs):
        raise Refused("a query parameter is there twice")
    if unknown := query.keys() - KNOWN:
        raise Refused(f"unknown query parameters: {', '.join(sorted(unknown))}")
    if missing := NEEDED - query.keys():
        raise Refused(f"missing query parameters: {', '.join(sorted(missing))}")
    return query


def check_time(query: Mapping[str, str], now: datetime) -> None:
    """Hold the request to the presign's short life, and to the 15 minutes that AWS really gives."""
    expires = query["x-amz-expires"]
    if not (expires.isascii() and expires.isdigit() and int(expires) <= LONGEST_PRESIGN):
        raise Refused(f"X-Amz-Expires is {expires}, not at most {LONGEST_PRESIGN}")
    try:
        made = datetime.strptime(query["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused(f"X-Amz-Date is {query['x-amz-date']}") from None
    if not -SKEW <= now - made <= LONGEST_AGE:
        raise Refused(f"made at {made:%H:%M:%S}, it is {now:%H:%M:%S}: expired, or a clock is wrong")


def owner(query: Mapping[str, str], region: str, callers: Mapping[str, Caller]) -> Caller:
    """Find whose key it is; the scope must be that of this day, region and service."""
    access_key, _, scope = query["x-amz-credential"].partition("/")
    if scope != f"{query['x-amz-date'][:8]}/{region}/sts/aws4_request":
        raise Refused(f"signed for {scope}")
    caller = callers.get(access_key)
    if caller is None:
        raise Refused(f"unknown access key {access_key}")
    if query.get("x-amz-security-token", "") != caller.session_token:
        raise Refused("the session token is not that of the access key")
    return caller


def signature(url: SplitResult, query: Mapping[str, str], headers: Mapping[str, str], secret: str) -> str:
    """Compute anew the Signature Version 4 of a presigned GET."""
    _, _, scope = query["x-amz-credential"].partition("/")
    signed = query["x-amz-signedheaders"]
    lines = [f"{name}:{headers.get(name, '')}" for name in signed.split(";")]
    canonical = "\n".join(["GET", url.path, canonical_query(url.query), *lines, "", signed, digest("")])
    to_sign = "\n".join([query["x-amz-algorithm"], query["x-amz-date"], scope, digest(canonical)])
    key = f"AWS4{secret}".encode()
    for part in [*scope.split("/"), to_sign]:
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def canonical_query(text: str) -> str:
    """Write the query as it is signed: encoded strictly, in order, without the signature itself."""
    pairs: Iterable[tuple[str, str]] = parse_qsl(text, keep_blank_values=True)
    encoded = [(quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded) if name.lower() != "x-amz-signature")


def digest(text: str) -> str:
    """Compute SHA-256, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
