"""Which AWS identifiers and tags are legal. Each rule gives what is wrong, ready to follow the quoted text.

Sources: the service models of IAM and KMS, the IAM user guide (tags, OIDC providers, permissions boundaries).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from tasktool_infra.settings.errors import show

_PARTITION = r"aws(-[a-z]+)*"
_MARKS = ("application", "environment", "managedby")
# A resource holds 50; the rest is for our own marks and for those of people.
_TAGS_MOST = 40


def region(text: str) -> Iterator[str]:
    """Say what is wrong with a region's name. `local` is what the application calls an emulator's."""
    if not _matches(r"[a-z]{2,}(-[a-z]+)+-[0-9]+|local", text):
        yield "must be a region, such as ap-northeast-1"


def account(text: str) -> Iterator[str]:
    """Say what is wrong with an account id."""
    if not _matches(r"[0-9]{12}", text):
        yield "must be the 12 digits of an AWS account"


def provider_url(text: str) -> Iterator[str]:
    """Say what is wrong with the URL of an OIDC issuer. A port is let through, for issuers on loopback."""
    if len(text) > 255:  # noqa: PLR2004 - OpenIDConnectProviderUrlType of IAM's model
        yield f"must have at most 255 characters, has {len(text)}"
    if not text.startswith("https://"):
        yield "must begin with https://"
    elif not _matches(r"https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?", text):
        yield "must be https://, a host and a path, without user, query or fragment"


def boundary(text: str) -> Iterator[str]:
    """Say what is wrong with the ARN of a permissions boundary: a policy of one's own, or one that AWS manages."""
    if not _matches(rf"arn:{_PARTITION}:iam::([0-9]{{12}}|aws):policy/([!-~]*/)?[A-Za-z0-9_+=,.@-]{{1,128}}", text):
        yield "must be the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/Boundary"


def kms_key(text: str) -> Iterator[str]:
    """Say what is wrong with the ARN of a key. An alias won't do: what DynamoDB reports is always the key."""
    if not _matches(rf"arn:{_PARTITION}:kms:[a-z0-9-]+:[0-9]{{12}}:key/[A-Za-z0-9-]+", text):
        yield "must be the ARN of a KMS key (not of an alias), such as arn:aws:kms:ap-northeast-1:123456789012:key/…"


def tags(values: Mapping[str, str]) -> Iterator[str]:
    """Say what is wrong with tags that go onto every resource. IAM takes keys that differ only in case for one."""
    if len(values) > _TAGS_MOST:
        yield f"must be at most {_TAGS_MOST} tags, are {len(values)}"
    for folded, count in Counter(key.lower() for key in values).items():
        if count > 1:
            yield f"key {show(folded)} is there {count} times, in different case"
    for key, value in values.items():
        yield from (f"key {show(key)} {fault}" for fault in _tag_key(key))
        yield from (f"value {show(value)} of {show(key)} {fault}" for fault in _tag_text(value, 0, 256))


def _tag_key(key: str) -> Iterator[str]:
    yield from _tag_text(key, 1, 128)
    if key.lower() in _MARKS or key.lower().startswith("usedby/"):
        yield "is one of the marks by which resources are recognised, and is set for you"


def _tag_text(text: str, least: int, most: int) -> Iterator[str]:
    if not least <= len(text) <= most:
        yield f"must have {least} to {most} characters, has {len(text)}"
    if not all(char.isalpha() or char.isnumeric() or char in " _.:/=+-@" for char in text):
        yield "may hold only letters, digits, spaces and _ . : / = + - @"
    if text.lower().startswith("aws:"):
        yield "must not begin with aws:, which AWS reserves"


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None
