"""The printed IAM policies in force over HTTP: scripts do their work with just these, and each action is asked for."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field
from botocore.exceptions import ClientError

from tests.crash.drift import aws_drifted, filled
from tests.system.asked import Asked, listening
from tests.system.world import World, world

COMMANDS = ("init", "doctor", "plan", "provision", "verify", "teardown")
PROGRAMS = ("task-service", "task-web", "task-reporter")
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@define(eq=False)
class Story:
    """A cloud in which each script has a user of its own, with the policies that were printed for it."""

    cloud: World
    keys: dict[str, tuple[str, str]] = field(factory=dict)
    granted: dict[str, set[str]] = field(factory=dict)
    asked: dict[tuple[str, ...], Asked] = field(factory=dict)

    def admit(self, command: str, *arguments: str) -> None:
        """Print what a command needs, and make a user who may do that and nothing else."""
        iam, shell = self.cloud.aws("iam"), self.cloud.shell
        printed = list(documents(shell.run("permissions", *(arguments or ("prod",)), command, "--iam").out))
        iam.create_user(UserName=command)
        for number, document in enumerate(printed):
            made = iam.create_policy(PolicyName=f"{command}-{number}", PolicyDocument=json.dumps(document))
            iam.attach_user_policy(UserName=command, PolicyArn=made["Policy"]["Arn"])
        key = iam.create_access_key(UserName=command)["AccessKey"]
        self.keys[command] = key["AccessKeyId"], key["SecretAccessKey"]
        self.granted[command] = {action for document in printed for action in actions(document)}

    def run(self, command: str, *arguments: str, environment: str = "prod", expect: int = 0) -> str:
        """Run a script as its user; nothing may be denied."""
        key, secret = self.keys[command]
        shell = evolve(self.cloud.shell.having(AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret), whole=True)
        done = shell.run(command, environment, *arguments, expect=expect)
        assert "not authorized" not in done.said, done.said
        assert "may not read" not in done.said or "by-hand" in done.said, done.said
        return done.said


def documents(text: str) -> Iterator[Any]:
    """Give the JSON texts that stand one after the other."""
    rest = text.lstrip()
    while rest:
        found, end = json.JSONDecoder().raw_decode(rest)
        yield found
        rest = rest[end:].lstrip()


def actions(document: Any) -> Iterator[str]:
    for statement in document["Statement"]:
        listed = statement["Action"]
        yield from [listed] if isinstance(listed, str) else listed


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """Give a cloud in which nothing of ours stands, and the users of the scripts."""
    with world(tmp_path) as cloud:
        iam = cloud.aws("iam")
        for provider in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
            iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider["Arn"])
        anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        bound = iam.create_policy(PolicyName="bound", PolicyDocument=json.dumps(policy(anything)))["Policy"]["Arn"]
        key = cloud.aws("kms").create_key()["KeyMetadata"]["Arn"]
        lines = (f'region = "{cloud.sandbox.region}"', 'eks_cluster_name = "mz-k8s"', 'domain = "task.example.com"')
        more = ('email = "you@example.com"', "create_oidc_provider = true")
        arns = (f'permissions_boundary = "{bound}"', f'kms_key_arn = "{key}"', f'account = "{cloud.sandbox.account}"')
        cloud.shell.config("\n".join(("[prod]", *lines, *more, *arns, "")))
        yield Story(cloud)


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def push(story: Story) -> None:
    for program in PROGRAMS:
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": program}, "layers": []}
        story.cloud.aws("ecr").put_image(
            repositoryName=f"mamezou-tech/{program}", imageManifest=json.dumps(manifest), imageTag="1.0.0"
        )


def test_a_whole_life_with_just_what_is_printed_and_each_action_of_it_is_asked_for(story: Story) -> None:
    region = ("--region", story.cloud.sandbox.region)
    for command in COMMANDS:
        story.admit(command, *(("dev", *region) if command == "init" else ()))
    with listening(story.cloud.sandbox.account, story.asked):
        story.run("init", *region, "--domain", "dev.example.com", "--email", "you@example.com", environment="dev")
        live(story)
        seldom(story)
    standing = [each for each in story.cloud.aws("iam").list_roles()["Roles"] if each["Path"] == "/app/"]
    assert (standing, story.cloud.aws("dynamodb").list_tables()["TableNames"]) == ([], [])
    printed = set().union(*story.granted.values())
    assert printed - enforced(story) == set()


def live(story: Story) -> None:
    """Run everything that there is to run, with what changes between the runs."""
    story.run("doctor")
    story.run("plan", expect=75)
    story.run("provision", expect=75)
    push(story)
    story.run("provision")
    assert "No changes." in story.run("plan")
    story.run("verify")
    aws_drifted(story.cloud.aws)
    story.cloud.aws("iam").delete_role_permissions_boundary(RoleName="TaskReporter")
    story.run("verify", expect=1)
    story.run("provision", "--yes")
    story.run("verify")
    filled(story.cloud.aws)
    story.run("teardown", "--yes", "--delete-data")


def seldom(story: Story) -> None:
    """Ask for what a life seldom needs, or never on an emulator."""
    provider = f"arn:aws:iam::{story.cloud.sandbox.account}:oidc-provider/other.example"
    repository = f"arn:aws:ecr:{story.cloud.sandbox.region}:{story.cloud.sandbox.account}:repository/other"
    of_provider, of_object = {"OpenIDConnectProviderArn": provider}, {"Bucket": "other", "Key": "a"}
    for service, operation, parameters in (
        ("ecr", "batch_get_image", {"repositoryName": "other", "imageIds": [{"imageTag": "1"}]}),
        ("ecr", "untag_resource", {"resourceArn": repository, "tagKeys": ["a"]}),
        ("eks", "describe_cluster_versions", {}),
        ("iam", "simulate_principal_policy", {"PolicySourceArn": provider, "ActionNames": ["s3:GetObject"]}),
        ("iam", "add_client_id_to_open_id_connect_provider", of_provider | {"ClientID": "a"}),
        ("iam", "tag_open_id_connect_provider", of_provider | {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("iam", "untag_open_id_connect_provider", of_provider | {"TagKeys": ["a"]}),
        ("s3", "get_object_legal_hold", of_object),
        ("s3", "get_object_retention", of_object),
    ):
        with suppress(ClientError):
            getattr(story.cloud.aws(service), operation)(**parameters)


def enforced(story: Story) -> set[str]:
    """Give the actions that are denied to whoever has not got them, and then are not: every request is made again."""
    iam, found = story.cloud.aws("iam"), set[str]()
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]["AccessKeyId"]
    for asked in story.asked.values():
        denied: list[str] = []
        iam.put_user_policy(UserName="nobody", PolicyName="own", PolicyDocument=allowing(["sts:GetCallerIdentity"]))
        while action := asked.again(story.cloud.sandbox.aws_endpoint, key):
            assert action not in denied
            denied.append(action)
            iam.put_user_policy(UserName="nobody", PolicyName="own", PolicyDocument=allowing(denied))
        assert sorted(denied) == [*asked.actions]
        found |= {*denied}
    return found


def allowing(listed: list[str]) -> str:
    return json.dumps(policy({"Effect": "Allow", "Action": listed, "Resource": "*"}))
