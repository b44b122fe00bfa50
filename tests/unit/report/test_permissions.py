"""What ``permissions`` prints, and to whom."""

import os

import pytest

from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.least_privilege.grant import Grant
from tasktool_infra.report.permissions import show

LONG = frozenset(Need(f"s3:Get{number:03}", f"arn:aws:s3:::bucket-{number:03}") for number in range(120))
GRANT = Grant(environment="prod", command="plan", needs=LONG, attachable=(), rights=frozenset())


def test_a_reader_that_has_seen_enough_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as gone, monkeypatch.context() as patch:
        patch.setattr("sys.stdout", gone)
        patch.setattr("sys.stderr", gone)
        show(GRANT, iam=True, rbac=False)
