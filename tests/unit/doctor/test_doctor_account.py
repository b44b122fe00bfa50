"""What the doctor makes of credentials, clocks and versions."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.doctor.account import clock, credentials, support
from tasktool_infra.doctor.finding import Level
from tests.answers import feed

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "level", "says"),
    [
        (None, Level.PASS, "credentials that do not expire"),
        (timedelta(hours=1), Level.PASS, "for 60 minutes yet"),
        (timedelta(minutes=10), Level.WARN, "end in 10 minutes"),
        (timedelta(minutes=-5), Level.FAIL, "ended 5 minutes ago"),
    ],
)
def test_credentials_must_outlast_a_run(left: timedelta | None, level: Level, says: str) -> None:
    found = credentials("arn:aws:iam::1:user/me", "sso", NOW + left if left else None, NOW)
    assert (found.level, says in found.said) == (level, True)
    assert bool(found.fix) == (level is not Level.PASS)


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.PASS), (90, Level.WARN), (-90, Level.WARN), (900, Level.FAIL)]
)
def test_the_clock_is_held_against_that_of_aws(seconds: int, level: Level) -> None:
    dated = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds))
    found = feed(clock(), {"get_caller_identity": {"ResponseMetadata": {"HTTPHeaders": {"date": dated}}}})
    assert found.level is level


@pytest.mark.parametrize(
    ("known", "level", "says"),
    [
        ({"versionStatus": "STANDARD_SUPPORT", "endOfStandardSupportDate": NOW}, Level.PASS, "until 2026-01-01"),
        ({"versionStatus": "EXTENDED_SUPPORT", "endOfExtendedSupportDate": NOW}, Level.WARN, "extended support until"),
        ({"status": "unsupported"}, Level.FAIL, "not supported"),
        (None, Level.WARN, "does not know the version 1.33"),
    ],
)
def test_a_version_that_nobody_looks_after(known: dict[str, Any] | None, level: Level, says: str) -> None:
    answer = {"clusterVersions": [known] if known else []}
    found = feed(support(Cluster(name="c", version="1.33")), {"describe_cluster_versions": answer})
    assert (found.level, says in found.said) == (level, True)
    assert ("update-cluster-version --name c" in found.fix) == (level is not Level.PASS)
