"""Reading a bucket that some calls know already and others not yet, or no longer."""

from collections.abc import Iterator
from typing import Any

import pytest

from tasktool_infra.aws.place import Place
from tasktool_infra.aws.s3_bucket import LOOKS, Bucket
from tasktool_infra.aws.s3_settings import SETTINGS
from tasktool_infra.engine.owner import Owner, Ownership
from tests.answers import error, feed

OURS = Owner("shop", "dev")
WANTED = Bucket(name="b").marked(OURS).at(Place("123456789012", "aws", "eu-west-1"))
TAGS = [{"Key": key, "Value": value} for key, value in WANTED.tags.items()]
HEAD = {"BucketRegion": "eu-west-1"}


def answers(unknown: Iterator[bool]) -> dict[str, Any]:
    """Give the answers of a bucket with nothing but tags; while ``unknown``, all but one call deny that it is there."""
    absent: dict[str, Any] = {setting.get: error(setting.absent) for setting in SETTINGS if setting.absent}

    def tagging(_: Any) -> Any:
        return error("NoSuchBucket") if next(unknown) else {"TagSet": TAGS}

    return {**absent, "head_bucket": HEAD, "get_bucket_versioning": {}, "get_bucket_tagging": tagging}


def test_it_is_looked_at_again_and_taken_for_what_it_is_then() -> None:
    live = feed(WANTED.read(), answers(iter([True, True, False])))
    assert live is not None
    assert live.ownership is Ownership.OURS


def test_what_some_go_on_to_deny_counts_as_not_set() -> None:
    live = feed(WANTED.read(), {**answers(iter([True] * LOOKS)), "get_bucket_versioning": error("NoSuchBucket")})
    assert live is not None
    assert (live.versioning, live.ownership) == (False, Ownership.NOBODYS)


@pytest.mark.parametrize("code", ["404"])
def test_what_is_not_there_is_absent_at_once(code: str) -> None:
    assert feed(WANTED.read(), {**answers(iter([True])), "head_bucket": error(code)}) is None
