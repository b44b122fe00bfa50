"""What others have written is never acted on by a terminal: in no output of any command, whichever API says it."""

import json

import pytest

from tests.faults.mishaps import Answer
from tests.faults.passed import Passed
from tests.system.conftest import Inside
from tests.system.world import ACCESS, BUCKET, TABLE, Done, World, refusing_in_json

WIPE = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202edeleted\r"
"""Wipes the screen, renames the window, begins colours, turns the direction of text, goes back in the line."""


def harmless(done: Done) -> None:
    """Hold that all that was said can be printed, and that it tells of what is there."""
    odd = {char for char in done.said if not (char.isprintable() or char == "\n")}
    assert odd == set(), done.said
    assert "deleted" in done.said


@pytest.fixture
def odd(made: World) -> World:
    """Give an environment in which somebody has written what terminals act on, wherever it can be written."""
    role = {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": f"arn:{WIPE}"}}}
    made.edit(f"{ACCESS}/task-service", role)
    arn = made.aws("dynamodb").describe_table(TableName=TABLE)["Table"]["TableArn"]
    made.aws("dynamodb").tag_resource(ResourceArn=arn, Tags=[{"Key": f"team{WIPE}", "Value": WIPE}])
    statement = {
        "Sid": WIPE,
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{BUCKET}",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    made.aws("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    made.aws("iam").put_role_policy(
        RoleName="TaskService", PolicyName="by-hand", PolicyDocument=json.dumps({**policy, "Statement": [statement]})
    )
    return made


LOOKS = [
    ("plan", ()),
    ("plan", ("--debug",)),
    ("plan", ("--output", "json")),
    ("verify", ()),
    ("verify", ("--output", "json")),
    ("provision", ("--yes",)),
    ("teardown", ("--yes",)),
]


def test_what_somebody_has_written_into_the_clouds_is_shown_as_what_it_is(odd: World, inside: Inside) -> None:
    for command, options in LOOKS:
        harmless(inside(command, "prod", *options, expect=1 if command == "verify" else 0))


def test_what_an_api_answers_is_shown_as_what_it_is(made: World, inside: Inside) -> None:
    def says(call: Passed) -> Answer | None:
        return refusing_in_json(400, f"Odd{WIPE}Exception", WIPE) if call.service in ("dynamodb", "ecr") else None

    made.proxy.before = says
    for command in ("plan", "verify", "doctor", "provision"):
        harmless(inside(command, "prod", expect=1))
    made.proxy.before = lambda _: None
