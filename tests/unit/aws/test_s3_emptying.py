"""Emptying a bucket: it ends, whatever S3 goes on to list."""

from typing import Any

import pytest

from tasktool_infra.aws.s3_emptying import MOST_AGAIN, EmptyBucket
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import NotAccepted
from tests.answers import feed

OBJECT = {"Key": "a", "VersionId": "1"}


def test_what_is_listed_for_ever_is_not_deleted_for_ever() -> None:
    deletions: list[Call] = []

    def delete(call: Call) -> dict[str, Any]:
        deletions.append(call)
        return {}

    answers: Any = {"list_object_versions": {"Versions": [OBJECT]}, "delete_objects": delete}
    with pytest.raises(NotAccepted, match="still listed"):
        feed(EmptyBucket("b", "123456789012").run(), answers)
    assert len(deletions) == MOST_AGAIN + 1
