"""Verification of a live environment: exactly what is broken fails, says the right thing, and nothing is written."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from attrs import define, field

import tasktool_infra as tt
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.hooks import hooked
from tasktool_infra.report.claims import told
from tests.system.breaks.aws import AWS, index_deleted, versioning_suspended
from tests.system.breaks.broken import Broken
from tests.system.breaks.cloud import build, mend, rounds
from tests.system.breaks.iam import IAM
from tests.system.breaks.kube import KUBE
from tests.system.conftest import Inside
from tests.system.world import ACCESS, ROOT, TABLE, Shell, World, refusing, refusing_in_json

pytestmark = pytest.mark.usefixtures("inside")
BREAKS = (*AWS, *IAM, *KUBE)


@pytest.fixture
def whole(cloud: World) -> World:
    """Give a cloud in which all of `prod` stands."""
    build(cloud)
    cloud.proxy.forget()
    return cloud


def ids(cloud: World, claims: tuple[tt.Claim, ...]) -> dict[str, tt.Claim]:
    issuer = cloud.sandbox.issuer.removeprefix("https://")
    return {claim.id.replace(issuer, "ISSUER"): claim for claim in claims}


def test_there_are_enough_breaks() -> None:
    assert len({each.name for each in BREAKS}) == len(BREAKS) >= 40


def test_one_break_breaks_exactly_its_claims(whole: World, subtests: pytest.Subtests) -> None:
    for together in rounds(BREAKS):
        for each in together:
            each.by(whole)
        expected = {claim for each in together for claim in each.claims}
        with whole.untouched():
            verification = tt.verify("prod")
        broken = ids(whole, verification.broken)
        for each in together:
            with subtests.test(each.name):
                check(each, broken)
        assert broken.keys() == expected
        mend(whole)


def check(each: Broken, broken: dict[str, tt.Claim]) -> None:
    """See that the claims of a break do not hold, what was found, and that there is a way out."""
    assert each.claims <= broken.keys()
    found = [broken[claim] for claim in each.claims]
    assert any(each.says in told(claim.found) for claim in found), found
    assert all(claim.wanted != claim.found for claim in found)
    assert all(claim.fix for claim in found)


@define
class Heard:
    """Counts calls."""

    calls: Counter[Call] = field(factory=Counter)

    def before(self, call: Call, attempt: int) -> None:
        del attempt
        self.calls[call] += 1

    def after(self, call: Call, answer: Any) -> Any:
        del call
        return answer


@pytest.mark.parametrize("broken", [False, True])
def test_live_state_is_read_once(whole: World, *, broken: bool) -> None:
    if broken:
        index_deleted.by(whole)
        whole.aws("iam").detach_role_policy(RoleName="TaskService", PolicyArn=arn("DynamoDBTaskTablePolicy"))
        whole.kubernetes.call("DELETE", f"{ACCESS}/task-reporter").need()
    heard = Heard()
    with hooked(heard):
        assert tt.verify("prod").ok is not broken
    assert [call.name for call, times in heard.calls.items() if times > 1] == []
    assert not any(call.writes for call in heard.calls)
    assert {"iam.get_role", "iam.get_policy_version", "kubernetes.list"} <= {call.name for call in heard.calls}


def arn(name: str) -> str:
    return f"arn:aws:iam::123456789012:policy/{name}"


def lives(verification: tt.Verification, account: str) -> dict[str, tt.Claim]:
    key = f"prod/{account}"
    found = [each for each in verification.claims if each.key.kind == "irsa" and each.key.identity == key]
    return {each.name.removeprefix("live_"): each for each in found if each.name.startswith("live_")}


def test_for_whoever_asks_the_roles_are_tried(whole: World) -> None:
    assert lives(tt.verify("prod"), "task-service") == {}
    stands = whole.versions()
    verification = tt.verify("prod", live=True)
    assert verification.ok
    assert {call.operation for call in whole.writes} == {"AssumeRoleWithWebIdentity", "Query"}
    assert whole.versions() == stands
    for account in ("task-service", "task-reporter"):
        assert [claim.ok for claim in lives(verification, account).values()] == [True, True, True]


def test_what_a_role_that_is_tried_lacks_is_told_by_aws_itself(whole: World) -> None:
    whole.aws("iam").detach_role_policy(RoleName="TaskService", PolicyArn=arn("DynamoDBTaskTablePolicy"))
    elsewhere = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity"}],
    }
    whole.aws("iam").update_assume_role_policy(RoleName="TaskReporter", PolicyDocument=json.dumps(elsewhere))
    verification = tt.verify("prod", live=True)
    service, reporter = (lives(verification, account) for account in ("task-service", "task-reporter"))
    assert {name: claim.ok for name, claim in service.items()} == {"token": True, "role": True, "query": False}
    assert {name: claim.ok for name, claim in reporter.items()} == {"token": True, "role": False, "query": None}
    assert "AccessDenied" in told(service["query"].found)
    assert "dynamodb:Query" in service["query"].fix
    assert "mend the trust" in reporter["role"].fix


def alone(verification: tt.Verification) -> tt.Claim:
    (claim,) = [claim for claim in verification.claims if claim.key.kind == "environment"]
    return claim


def test_where_nobody_may_look_it_is_open_whether_anything_is_left_over(whole: World) -> None:
    denied = refusing_in_json(400, "AccessDeniedException", "no")
    whole.proxy.before = lambda call: denied if call.operation == "GetResources" else None
    verification = tt.verify("prod")
    assert (alone(verification).ok, verification.broken) == (None, ())
    assert "the caller may not call tag:GetResources" in alone(verification).found


def test_what_carries_our_mark_and_is_of_no_kind_of_ours_is_something_else(whole: World) -> None:
    assert alone(tt.verify("prod")).ok
    marks = {"ManagedBy": "tasktool-infra", "Application": "task-tool", "Environment": "prod"}
    tags = [{"Key": key, "Value": value} for key, value in marks.items()]
    whole.aws("ec2").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])
    claim = alone(tt.verify("prod"))
    assert (claim.ok, "vpc/vpc-" in told(claim.found)) == (False, True)


CHECK = """
def test_mine(tasktool_environment, tasktool_target, tasktool_resources, tasktool_aws, tasktool_kubernetes):
    from kubernetes.client import CoreV1Api

    assert tasktool_target.place.account == "123456789012"
    assert tasktool_resources[f"s3_bucket.{tasktool_environment.bucket}"].versioning
    assert tasktool_aws("s3").head_bucket(Bucket=tasktool_environment.bucket)
    accounts = CoreV1Api(tasktool_kubernetes).list_namespaced_service_account("prod").items
    assert "task-service" in [account.metadata.name for account in accounts]


def test_claims(tasktool_verification):
    assert [claim.name for claim in tasktool_verification.broken] == ["user_index"]
"""
MODULE = "tasktool_infra.verification"


def by_pytest(shell: Shell, *arguments: str, expect: int) -> str:
    """Run pytest as users do who have installed the package."""
    variables = {**shell.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-p", "tasktool_infra.pytest_plugin", "-p", "no:cacheprovider", "-ra"]
    done = subprocess.run(
        [*command, *arguments], cwd=shell.folder, env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == expect, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout


def test_pytest_and_the_script_say_the_same(made: World, inside: Inside) -> None:
    index_deleted.by(made)
    shell, claim = made.shell, f"dynamodb_table[{TABLE}]-user_index"
    only = ("--tasktool-env", "prod", "--tasktool-only", "aws,access")
    (shell.folder / "test_own.py").write_text(CHECK)
    with made.untouched():
        said = by_pytest(shell, *only, "--pyargs", MODULE, "test_own.py", "--junitxml=report.xml", expect=1)
        assert made.proxy.counts["sts.GetCallerIdentity"] == 2, "one reads all, the other is for checks of one's own"
        script = inside("verify", "prod", expect=1).out
        chosen = inside(
            "verify", "prod", "-k", "dynamodb_table and user_index", "--junitxml", "chosen.xml", expect=1
        ).out
        inside("verify", "prod", "-k", "status_index")
        inside("verify", "prod", "-k", "nothing_like_it", expect=64)
    assert f"FAILED {MODULE.replace('.', '/')}.py::test_claim[{claim}]" in said
    assert "wanted: user_name:S and start_at:N with ALL\nfound:  absent\nRun provision" in said
    failed = [case for case in cases(shell.folder / "report.xml") if case.find("failure") is not None]
    assert [(case.get("classname"), case.get("name")) for case in failed] == [(MODULE, f"test_claim[{claim}]")]
    assert len(cases(shell.folder / "report.xml")) > 100
    assert len(cases(shell.folder / "chosen.xml")) == 1
    for out in (script, chosen):
        assert f"! dynamodb_table.{TABLE}: 1 of" in out
        assert "found:  absent" in out
    assert "1 broken." in script
    assert "Verified: 0 claims hold, 1 broken." in chosen


def cases(report: Path) -> list[ET.Element]:
    """Give the tests of a report."""
    return list(ET.parse(report).iter("testcase"))


def test_without_an_environment_the_plugin_says_so_or_is_silent(shell: Shell) -> None:
    (shell.folder / "test_own.py").write_text(CHECK)
    (shell.folder / "test_else.py").write_text("import sys\n\ndef test(): assert 'botocore' not in sys.modules\n")
    assert "1 passed, 2 skipped" in by_pytest(shell, "test_else.py", "test_own.py", expect=0)
    assert "Say which environment is meant: --tasktool-env NAME" in by_pytest(shell, "--pyargs", MODULE, expect=2)


def test_the_plugin_advises_its_own_options(shell: Shell) -> None:
    (shell.folder / "test_own.py").write_text(CHECK)
    for asked in (("--pyargs", MODULE), ("test_own.py",)):
        said = by_pytest(shell, "--tasktool-env", "prod", *asked, expect=2 if asked[0] == "--pyargs" else 1)
        assert "or try it with --tasktool-sandbox." in said


def test_what_only_hardens_can_be_left_out(made: World, inside: Inside) -> None:
    versioning_suspended.by(made)
    assert "(1 of them hardening)" in inside("verify", "prod", expect=1).out
    assert "0 broken" in inside("verify", "prod", "--no-hardening").out
    assert "0 broken" in inside("verify", "prod", "--no-hardening", "-k", "s3_bucket").out


def test_who_may_not_look_is_told_so_and_nothing_is_taken_for_absent(made: World, inside: Inside) -> None:
    made.proxy.before = lambda call: refusing(403, "AccessDenied", "no") if call.operation == "GetRole" else None
    out = inside("verify", "prod", expect=1).out
    assert out.count("found:  not known: iam.get_role: AccessDenied") == 4  # the roles, and the ways to them
    made.proxy.before = lambda call: refusing(403, "AccessDenied", "no")
    assert inside("verify", "prod", expect=77).out.count("!") == 0
