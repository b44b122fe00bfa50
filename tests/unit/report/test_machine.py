"""What machines are told: records that keep to the schema, and no secrets."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import tasktool_infra.report
from tasktool_infra._version import __version__
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.place import Place
from tasktool_infra.doctor.finding import bad, good
from tasktool_infra.engine import errors, events
from tasktool_infra.engine.claims import Claim
from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.kube.rbac import Right
from tasktool_infra.least_privilege.checking import Checked
from tasktool_infra.least_privilege.grant import Grant
from tasktool_infra.least_privilege.principal import Unchecked
from tasktool_infra.proving import Verification
from tasktool_infra.report.beginning import beginning_data
from tasktool_infra.report.claims import verification_data
from tasktool_infra.report.doctor import doctor_data
from tasktool_infra.report.event_data import FORMAT, error_data
from tasktool_infra.report.lacking import lacking_data
from tasktool_infra.report.machine import Machine
from tasktool_infra.report.permissions import permissions_data
from tasktool_infra.target import Target
from tests.unit.report.runs import DENIED, TABLE
from tests.unit.report.runs import events as told

VERIFICATION = Verification(
    environment="prod",
    target=Target(place=Place("123456789012", "aws", "ap-northeast-1"), caller="me", aws_endpoint="https://x"),
    claims=(
        Claim(key=TABLE, name="billing", wanted="a", found="b", ok=False, fix="run"),
        Claim(key=TABLE, name="exists", wanted=1, found=None, ok=None),
    ),
)
NEED, RIGHT = Need("s3:CreateBucket", "arn:aws:s3:::b"), Right("get", "apps", "deployments", "prod", "a")
GRANT = Grant(environment="prod", command="plan", needs=frozenset({NEED}), attachable=(), rights=frozenset({RIGHT}))
LACKING = Checked(
    grant=GRANT,
    caller="me",
    denied={NEED: "not allowed"},
    doubtful={NEED: "depends on aws:MultiFactorAuthPresent"},
    rights=frozenset({RIGHT}),
    unchecked={"AWS": Unchecked(said="denied", fix="Ask.")},
)
SCHEMA = json.loads((Path(tasktool_infra.report.__file__).parent / "events.schema.json").read_text(encoding="utf-8"))
TYPES = {each["title"] for each in SCHEMA["oneOf"]}


def records(*, verbose: bool = True) -> list[dict[str, Any]]:
    out = io.StringIO()
    machine = Machine(out, "provision", verbose=verbose, clock=lambda: datetime(2026, 1, 2, tzinfo=UTC))
    for event in told():
        machine(event)
    for error in (DENIED, TasktoolError("日本\n\x1b[2J")):
        machine.write({"type": "error", **error_data(error)})
    machine.write(verification_data(VERIFICATION, VERIFICATION.claims))
    machine.write(beginning_data("dev", Path("environments.toml"), {"region": "eu-west-1", "tags": {"Team": "blue"}}))
    machine.write(doctor_data("prod", [good("clock", "right"), bad("account", "none", "Log in.")]))
    machine.write(permissions_data(GRANT, iam=True, rbac=True))
    machine.write(lacking_data(LACKING))
    assert out.getvalue().isascii()
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_record_keeps_to_the_schema_and_all_types_come() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    found = records()
    for record in found:
        Draft202012Validator(SCHEMA).validate(record)
    assert {record["type"] for record in found} == TYPES


def test_the_sample_holds_every_event_there_is() -> None:
    kinds = {each for each in vars(events).values() if isinstance(each, type) and issubclass(each, events.Event)}
    assert {type(event) for event in told()} == kinds - {events.Event}


def test_the_first_record_says_what_is_to_come() -> None:
    first = records()[0]
    assert first == {
        "type": "version",
        "format": FORMAT,
        "tool": __version__,
        "command": "provision",
        "time": "2026-01-02T00:00:00.000Z",
    }
    version = next(each for each in SCHEMA["oneOf"] if each["title"] == "version")
    assert version["properties"]["format"]["const"] == FORMAT


@pytest.mark.parametrize("change", [{"type": "odd"}, {"time": "now"}, {"format": 2}])
def test_the_schema_takes_not_everything(change: dict[str, Any]) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(records()[0] | change)


def test_calls_are_told_only_when_asked_for() -> None:
    assert "call" not in {record["type"] for record in records(verbose=False)}


def test_secrets_are_numbers_and_statements_are_whole() -> None:
    found = next(record for record in records() if record["type"] == "plan")
    assert not {"hunter2", "hunter3", "s3cret"} & set(json.dumps(found).replace('"', " ").split())
    assert found["counts"]["create"] == 1
    assert found["target"]["alias"] == "mamezou-dev"
    policy = next(change for change in found["changes"] if change["name"] == "Tasks")
    assert policy["fields"][0]["new"]["Action"] == ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
    assert {row["sign"] for row in found["permissions"]} == {"+", "-"}


def test_an_error_brings_its_exit_code_and_the_api_s_words() -> None:
    error = next(record for record in records() if record["type"] == "error")
    assert (error["error"], error["exit_code"], error["code"], error["request_id"]) == (
        "ApiError",
        77,
        "AccessDenied",
        "r-1",
    )
    problems = SCHEMA["$defs"]["error"]["properties"]["problem"]["enum"]
    assert problems == [problem.value for problem in errors.Problem]
