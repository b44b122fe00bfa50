"""The chain from pods to AWS: whole as provisioned, and broken in one place at a time it names that place."""

import json
from collections.abc import Iterator

import pytest

from tasktool_infra import load
from tasktool_infra.aws import retries as aws_retries
from tasktool_infra.aws.connection import Connection
from tasktool_infra.aws.place import Place
from tasktool_infra.aws.transport import SERVICES, AwsTransport
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.retry import joined
from tasktool_infra.engine.transport import Transports
from tasktool_infra.irsa.chain import chains
from tasktool_infra.irsa.live import tried
from tasktool_infra.kube import retries as kube_retries
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.token import StaticToken
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.program_calls import program_calls
from tasktool_infra.task_tool import Facts, task_tool
from tests.contract.chain_breaks import BREAKS, World
from tests.contract.roles import ACCOUNT, REGION, prod_in_a_sandbox
from tests.faults.injection import Script


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with prod_in_a_sandbox() as sandbox:
        access = ClusterAccess(
            run_id="irsa",
            endpoint=sandbox.kubernetes_endpoint,
            ca=sandbox.ca_pem,
            tokens=StaticToken(sandbox.admin_token),
        )
        connection, script = Connection("irsa", REGION), Script()
        aws = AwsTransport(connection)
        transports: Transports = {**dict.fromkeys(SERVICES, aws), kube_retries.SERVICE: KubeTransport(access)}
        environment = load("prod")
        resources = task_tool(environment, Facts(place=Place(ACCOUNT, "aws", REGION), issuer=sandbox.issuer))
        made = chains(resources, sandbox.issuer, program_calls(environment), real=False)
        with Driver(transports, joined((aws_retries.TABLE, kube_retries.TABLE)), hook=script) as driver:
            yield World(sandbox, driver, connection, script, made)


def test_what_provision_made_is_whole(world: World) -> None:
    assert [str(chain.key) for chain in world.chains] == ["irsa.prod/task-service", "irsa.prod/task-reporter"]
    for name in ("task-service", "task-reporter"):
        proof = world.prove(name)
        assert [link.name for link in proof.links if link.ok is not True] == []
        assert proof.sentence == f"Pods of the ServiceAccount prod/{name} can do in AWS what their program calls."
    assert not any(call.writes for call in world.script.calls)


def test_spare_grants_are_told_apart(world: World) -> None:
    (service,) = world.prove("task-service").spare
    assert "dynamodb:BatchWrite*" in service
    assert "PutItem" not in service
    assert [each.partition(":")[0] for each in world.prove("task-reporter").spare] == [
        "DynamoDBTaskTableReadPolicy",
        "S3TaskReportsPolicy",
    ]


@pytest.mark.parametrize("name", BREAKS)
def test_the_first_broken_link_is_named(world: World, name: str) -> None:
    broken, link, said = BREAKS[name]
    with broken(world):
        proof = world.prove()
        assert proof.broken is not None
        assert proof.broken.name == link
        assert proof.broken.fix
        assert said in proof.sentence
        assert world.prove("task-reporter").broken is None or name.startswith("provider")
    assert world.prove().broken is None


@pytest.mark.parametrize(
    ("before", "after", "others"),
    [
        (":task-service", ":*", ["other ServiceAccounts of prod"]),
        (":prod:task-service", ":*:*", ["other ServiceAccounts of prod", "ServiceAccounts of other namespaces"]),
        ('"sts.amazonaws.com"', '"*"', ["tokens that were made for others than STS"]),
    ],
)
def test_a_trust_that_lets_in_others_works_and_is_told(
    world: World, before: str, after: str, others: list[str]
) -> None:
    old = json.dumps(world.iam.get_role(RoleName="TaskService")["Role"]["AssumeRolePolicyDocument"])
    new = old.replace(before, after).replace("StringEquals", "StringLike")
    world.iam.update_assume_role_policy(RoleName="TaskService", PolicyDocument=new)
    try:
        proof = world.prove()
    finally:
        world.iam.update_assume_role_policy(RoleName="TaskService", PolicyDocument=old)
    assert proof.broken is None
    (link,) = (each for each in proof.links if each.ok is False)
    assert (link.name, link.hardening, link.found) == ("trust_no_others", True, others)


def test_the_chain_holds_when_it_is_tried(world: World) -> None:
    for chain in world.chains:
        links = tried(chain, world.driver, world.connection)
        assert [(link.name, link.ok) for link in links] == [
            ("live_token", True),
            ("live_role", True),
            ("live_query", True),
        ]
    assert not any(call.writes for call in world.script.calls)
    said = " ".join(map(str, world.script.calls))
    assert "WebIdentityToken" in said
    assert "eyJ" not in said


@pytest.mark.parametrize(
    ("name", "link", "said", "fix"),
    [
        ("account_deleted", "live_token", "NotFound", ""),
        ("trust_in_another_namespace", "live_role", "AccessDenied: Not authorized", "mend the trust"),
        ("provider_without_audience", "live_role", "InvalidIdentityToken: Incorrect token audience", "OIDC provider"),
        (
            "policy_without_indexes",
            "live_query",
            "no identity-based policy allows the dynamodb:Query",
            '"Effect": "Allow"',
        ),
    ],
)
def test_a_trial_of_a_broken_chain_ends_where_it_breaks(
    world: World, name: str, link: str, said: str, fix: str
) -> None:
    with BREAKS[name][0](world):
        links = tried(world.chains[0], world.driver, world.connection)
    assert len(links) == 3
    (broken,) = (each for each in links if each.ok is False)
    assert broken.name == link
    assert said in broken.found
    assert fix in broken.fix
    assert [each.ok for each in links[links.index(broken) + 1 :]] == [None] * (2 - links.index(broken))
