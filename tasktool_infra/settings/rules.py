"""Which names are legal. Each rule takes a text and gives what is wrong with it, ready to follow the quoted text.

Sources: Kubernetes "Object names and IDs", the S3 user guide on bucket naming, the service models of DynamoDB, ECR
and EKS.
"""

import re
from collections.abc import Iterator

ACCOUNT, EMULATOR = "account", "emulator"
"""The places where AWS may be."""
# The longest name made from it is a role's, TaskReporter-<environment>, and IAM allows 64 characters.
_ENVIRONMENT_LONGEST = 51
_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_LABEL_LONGEST = 63
_REPOSITORY = r"[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*"
# -an belongs to buckets of an account's own namespace, which are made by another call.
_BUCKET_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an")
_BUCKET_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")


def environment(text: str) -> Iterator[str]:
    """Say what is wrong with an environment's name: it becomes part of bucket and IAM names, a tag and a label."""
    yield from _length(text, 1, _ENVIRONMENT_LONGEST)
    yield from _label(text)


def bucket_of(name: str, account: str) -> str:
    """Give the name for a bucket whose own is another's: with the account at its end, where that is legal."""
    other = f"{name}-{account}"
    return name if any(bucket(other)) else other


def bucket(text: str) -> Iterator[str]:
    """Say what is wrong with the name of a general purpose bucket."""
    yield from _length(text, 3, 63)
    if not _matches(r"[a-z0-9.-]*", text):
        yield "may hold only lowercase letters, digits, hyphens and dots"
    if not _matches(r"[A-Za-z0-9](.*[A-Za-z0-9])?", text):
        yield "must begin and end with a letter or digit"
    if ".." in text:
        yield "must not hold two dots side by side"
    if _matches(r"[0-9]+(\.[0-9]+){3}", text):
        yield "must not look like an IP address"
    yield from (
        f"must not begin with {start}, which S3 reserves" for start in _BUCKET_PREFIXES if text.startswith(start)
    )
    yield from (f"must not end with {end}, which S3 reserves" for end in _BUCKET_SUFFIXES if text.endswith(end))


def table(text: str) -> Iterator[str]:
    """Say what is wrong with the name of a DynamoDB table."""
    yield from _length(text, 3, 255)
    if not _matches(r"[a-zA-Z0-9_.-]*", text):
        yield "may hold only letters, digits, underscores, dots and hyphens"


def repository(text: str) -> Iterator[str]:
    """Say what is wrong with the name of an ECR repository."""
    yield from _length(text, 2, 256)
    if not _matches(rf"{_REPOSITORY}(/{_REPOSITORY})*", text):
        yield "may hold only lowercase letters and digits, divided by a dot, one or two underscores, hyphens or a slash"


def namespace(text: str) -> Iterator[str]:
    """Say what is wrong with the name of a Kubernetes namespace."""
    yield from _length(text, 1, _LABEL_LONGEST)
    yield from _label(text)
    if text.startswith("kube-"):
        yield "must not begin with kube-, which Kubernetes reserves"


def ingress_class(text: str) -> Iterator[str]:
    """Say what is wrong with the name of an IngressClass, a DNS subdomain."""
    yield from _length(text, 1, 253)
    if not _matches(rf"{_LABEL}(\.{_LABEL})*", text):
        yield "must be parts of lowercase letters, digits and inner hyphens, divided by single dots"


def domain(text: str) -> Iterator[str]:
    """Say what is wrong with a host name, by the rules for an Ingress host."""
    yield from ingress_class(text)
    if any(len(part) > _LABEL_LONGEST for part in text.split(".")):
        yield f"must not have a part longer than {_LABEL_LONGEST} characters"
    if _matches(r"[0-9]+(\.[0-9]+){3}", text):
        yield "must be a host name, not an IP address"


def email(text: str) -> Iterator[str]:
    """Say what is wrong with an e-mail address, as far as a glance can tell."""
    yield from _length(text, 3, 254)
    if not _matches(rf"[^\s@,;:<>()\[\]\"\\]+@{_LABEL}(\.{_LABEL})+", text.lower()):
        yield "must be one e-mail address, such as you@example.com"


def image_tag(text: str) -> Iterator[str]:
    """Say what is wrong with the tag of a container image, by the OCI distribution specification."""
    yield from _length(text, 1, 128)
    if not _matches(r"[a-zA-Z0-9_][a-zA-Z0-9._-]*", text):
        yield "may hold only letters, digits, underscores, dots and hyphens, and must not begin with a dot or hyphen"


def image(text: str) -> Iterator[str]:
    """Say what is wrong with the name of a container image, by the grammar of its reference in the OCI world."""
    yield from _length(text, 1, 512)
    host, path = r"([a-zA-Z0-9.-]+(:[0-9]+)?/)?", rf"{_REPOSITORY}(/{_REPOSITORY})*"
    if not _matches(rf"{host}{path}(:[a-zA-Z0-9_][a-zA-Z0-9._-]{{0,127}})?(@sha256:[0-9a-f]{{64}})?", text):
        yield "must be an image, such as motoserver/moto:5.2.5"


def aws(text: str) -> Iterator[str]:
    """Say what is wrong with the place of AWS."""
    if text not in (ACCOUNT, EMULATOR):
        yield f"must be {ACCOUNT} or {EMULATOR}"


def cluster(text: str) -> Iterator[str]:
    """Say what is wrong with the name of an EKS cluster."""
    yield from _length(text, 1, 100)
    if not _matches(r"[0-9A-Za-z][A-Za-z0-9_-]*", text):
        yield "may hold only letters, digits, hyphens and underscores, and must begin with a letter or digit"


def anything(text: str) -> Iterator[str]:
    """Say that there is nothing wrong, unless nothing is there."""
    if not text.strip():
        yield "must not be blank"


def _label(text: str) -> Iterator[str]:
    if text and not _matches(_LABEL, text):
        yield "may hold only lowercase letters, digits and hyphens, and must begin and end with a letter or digit"


def _length(text: str, least: int, most: int) -> Iterator[str]:
    if not least <= len(text) <= most:
        yield f"must have {least} to {most} characters, has {len(text)}"


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None
