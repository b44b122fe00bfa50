"""What the scripts give to machines, and what they must not tell anybody."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

import tasktool_infra.report
from tests.system.world import World

SCHEMA = json.loads((Path(tasktool_infra.report.__file__).parent / "events.schema.json").read_text(encoding="utf-8"))
PLANTED = "planted/secret+of1the2shell3"


def test_a_run_for_machines_is_records_and_nothing_else(cloud: World) -> None:
    shell = cloud.shell.having(GITHUB_STEP_SUMMARY=str(cloud.shell.folder / "summary.md"))
    made = shell.run("provision", "prod", "--output", "json", "--only", "access")
    records = [json.loads(line) for line in made.out.splitlines()]
    for record in records:
        Draft202012Validator(SCHEMA).validate(record)
    types = [record["type"] for record in records]
    assert types[0] == "version"
    assert {"plan", "started", "step", "finished", "result"} <= set(types)
    assert "### Provision of prod" in (cloud.shell.folder / "summary.md").read_text(encoding="utf-8")


def test_debug_tells_what_was_sent_and_no_secret(cloud: World) -> None:
    planted = cloud.shell.having(AWS_SECRET_ACCESS_KEY=PLANTED, AWS_SESSION_TOKEN=PLANTED[::-1])
    with cloud.untouched():
        said = planted.run("plan", "prod", "--debug", "--only", "aws")
    assert "call: sts.get_caller_identity {}" in said.err
    for secret in (PLANTED, PLANTED[::-1], cloud.sandbox.secret_access_key, cloud.sandbox.admin_token):
        assert secret not in said.said


def test_an_error_is_an_annotation_on_github(cloud: World) -> None:
    said = cloud.shell.having(GITHUB_ACTIONS="true").run("plan", "nosuch", expect=64)
    assert said.out == ""
    assert "::error title=tasktool plan::" in said.err
