"""The sandbox is never beside something real: neither AWS nor a cluster."""

import pytest

from tasktool_infra.aws.place import Place
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import Target, disagreements

PLACE = Place("123456789012", "aws", "ap-northeast-1")


@pytest.mark.parametrize(
    ("endpoint", "context", "expected"),
    [
        ("http://127.0.0.1:1", None, []),
        ("https://sts.ap-northeast-1.amazonaws.com", None, ["AWS is reached at https://sts"]),
        ("http://127.0.0.1:1", ("https://cluster.example.com", "CA"), ["'mine' leads to https://cluster.example.com"]),
    ],
)
def test_whatever_is_real_disagrees(endpoint: str, context: tuple[str, str] | None, expected: list[str]) -> None:
    environment = Environment(name="dev", context="mine" if context else None)
    target = Target(place=PLACE, caller="me", aws_endpoint=endpoint, sandbox=True)
    found = disagreements(environment, target, context)
    assert len(found) == len(expected)
    assert all(part in fault for part, fault in zip(expected, found, strict=True))
