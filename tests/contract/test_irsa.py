"""The chain from pods to AWS: whole as provisioned, and broken in one place at a time it names that place."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import frozen

from tasktool_infra import load
from tasktool_infra.aws import retries as aws_retries
from tasktool_infra.aws.connection import Connection
from tasktool_infra.aws.place import Place
from tasktool_infra.aws.transport import SERVICES, AwsTransport
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.retry import joined
from tasktool_infra.engine.transport import Transports
from tasktool_infra.irsa.chain import Chain, Proof, chains
from tasktool_infra.irsa.proving import prove
from tasktool_infra.kube import retries as kube_retries
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.service_account import ROLE_ANNOTATION
from tasktool_infra.kube.token import StaticToken
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.program_calls import program_calls
from tasktool_infra.sandbox import Sandbox
from tasktool_infra.task_tool import Facts, task_tool
from tests.contract.roles import ACCOUNT, REGION, TABLE_ARN, prod_in_a_sandbox
from tests.controlplane.api import MERGE, Api
from tests.faults.injection import Script
from tests.sessions import administrator

POLICY = f"arn:aws:iam::{ACCOUNT}:policy/DynamoDBTaskTablePolicy"
OBJECT = "/api/v1/namespaces/prod/serviceaccounts/task-service"


@frozen
class World:
    """A sandbox with `prod` in it, and the ways in."""

    sandbox: Sandbox
    driver: Driver
    script: Script
    chains: tuple[Chain, ...]

    @property
    def iam(self) -> Any:
        return administrator(self.sandbox).client("iam")

    @property
    def cluster(self) -> Api:
        return Api(self.sandbox.kubernetes_endpoint, self.sandbox.ca_pem, self.sandbox.admin_token)

    def prove(self, name: str = "task-service") -> Proof:
        (chain,) = (each for each in self.chains if each.account.name == name)
        found: Proof = self.driver.ask(prove(chain))
        return found


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with prod_in_a_sandbox() as sandbox:
        access = ClusterAccess(
            run_id="irsa",
            endpoint=sandbox.kubernetes_endpoint,
            ca=sandbox.ca_pem,
            tokens=StaticToken(sandbox.admin_token),
        )
        aws, script = AwsTransport(Connection("irsa", REGION)), Script()
        transports: Transports = {**dict.fromkeys(SERVICES, aws), kube_retries.SERVICE: KubeTransport(access)}
        environment = load("prod")
        resources = task_tool(environment, Facts(place=Place(ACCOUNT, "aws", REGION), issuer=sandbox.issuer))
        made = chains(resources, sandbox.issuer, program_calls(environment), real=False)
        with Driver(transports, joined((aws_retries.TABLE, kube_retries.TABLE)), hook=script) as driver:
            yield World(sandbox, driver, script, made)


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


Break = Callable[[World], Any]
BREAKS: dict[str, tuple[Callable[[World], Any], str, str]] = {}


def breaks(link: str, said: str) -> Callable[[Break], Break]:
    """Register a break: a context manager that mends what it broke, the link that it breaks, and what is said."""

    def register(change: Break) -> Break:
        BREAKS[change.__name__] = (contextmanager(change), link, said)
        return change

    return register


def annotated(world: World, role: str | None) -> None:
    body = {"metadata": {"annotations": {ROLE_ANNOTATION: role}}}
    world.cluster.call("PATCH", f"{OBJECT}?fieldManager=hand", body, MERGE).need()


def right(world: World) -> str:
    return world.chains[0].role.arn


@breaks("annotation", "in another account instead of arn:aws:iam::123456789012:role/app/TaskService")
def annotation_of_another_account(world: World) -> Iterator[None]:
    annotated(world, right(world).replace(ACCOUNT, "210987654321"))
    yield
    annotated(world, right(world))


@breaks("annotation", "annotation: none instead of")
def recreated_without_annotation(world: World) -> Iterator[None]:
    before = world.cluster.get(OBJECT)
    world.cluster.call("DELETE", OBJECT).need()
    world.cluster.call("POST", OBJECT.rpartition("/")[0], {"metadata": {"name": "task-service"}}).need()
    yield
    annotated(world, before["metadata"]["annotations"][ROLE_ANNOTATION])


@breaks("service_account", "service account: absent instead of present. Run provision")
def account_deleted(world: World) -> Iterator[None]:
    world.cluster.call("DELETE", OBJECT).need()
    yield
    world.cluster.call("POST", OBJECT.rpartition("/")[0], {"metadata": {"name": "task-service"}}).need()
    annotated(world, right(world))


@breaks("provider", "eksctl utils associate-iam-oidc-provider")
def provider_deleted(world: World) -> Iterator[None]:
    arn = world.chains[0].provider_arn
    world.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    yield
    world.iam.create_open_id_connect_provider(Url=world.sandbox.issuer, ClientIDList=["sts.amazonaws.com"])


@breaks("provider_audience", "other instead of sts.amazonaws.com")
def provider_without_audience(world: World) -> Iterator[None]:
    address = {"OpenIDConnectProviderArn": world.chains[0].provider_arn}
    world.iam.remove_client_id_from_open_id_connect_provider(**address, ClientID="sts.amazonaws.com")
    world.iam.add_client_id_to_open_id_connect_provider(**address, ClientID="other")
    yield
    world.iam.add_client_id_to_open_id_connect_provider(**address, ClientID="sts.amazonaws.com")


def trust_changed(world: World, before: str, after: str) -> Iterator[None]:
    old = json.dumps(world.iam.get_role(RoleName="TaskService")["Role"]["AssumeRolePolicyDocument"])
    assert before in old
    world.iam.update_assume_role_policy(RoleName="TaskService", PolicyDocument=old.replace(before, after))
    yield
    world.iam.update_assume_role_policy(RoleName="TaskService", PolicyDocument=old)


@breaks("trusted_provider", "oidc-provider/oidc.example/id/OLD instead of")
def trust_in_another_issuer(world: World) -> Iterator[None]:
    yield from trust_changed(world, world.chains[0].host, "oidc.example/id/OLD")


@breaks("trusted_subject", "system:serviceaccount:staging:task-service instead of system:serviceaccount:prod")
def trust_in_another_namespace(world: World) -> Iterator[None]:
    yield from trust_changed(world, "serviceaccount:prod:", "serviceaccount:staging:")


@breaks("trusted_audience", "trusted audience: sigstore instead of sts.amazonaws.com")
def trust_in_another_audience(world: World) -> Iterator[None]:
    yield from trust_changed(world, '"sts.amazonaws.com"', '"sigstore"')


@breaks("trusted_subject", "oidc.example/id/OLD:sub = system:serviceaccount:prod:task-service instead of")
def trust_with_conditions_of_another_issuer(world: World) -> Iterator[None]:
    host = world.chains[0].host
    old = json.dumps(world.iam.get_role(RoleName="TaskService")["Role"]["AssumeRolePolicyDocument"])
    new = old.replace(f"{host}:", "oidc.example/id/OLD:")
    world.iam.update_assume_role_policy(RoleName="TaskService", PolicyDocument=new)
    yield
    world.iam.update_assume_role_policy(RoleName="TaskService", PolicyDocument=old)


@breaks("allows-dynamodb:PutItem-table/task-tool-prod-tasks", "What is missing: {")
def policy_detached(world: World) -> Iterator[None]:
    world.iam.detach_role_policy(RoleName="TaskService", PolicyArn=POLICY)
    yield
    world.iam.attach_role_policy(RoleName="TaskService", PolicyArn=POLICY)


@breaks("allows-dynamodb:Query-table/task-tool-prod-tasks/index/user_index", f"{TABLE_ARN}/index/user_index")
def policy_without_indexes(world: World) -> Iterator[None]:
    old = world.iam.get_policy(PolicyArn=POLICY)["Policy"]["DefaultVersionId"]
    document = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": TABLE_ARN}
    text = json.dumps({"Version": "2012-10-17", "Statement": [document]})
    new = world.iam.create_policy_version(PolicyArn=POLICY, PolicyDocument=text, SetAsDefault=True)
    yield
    world.iam.set_default_policy_version(PolicyArn=POLICY, VersionId=old)
    world.iam.delete_policy_version(PolicyArn=POLICY, VersionId=new["PolicyVersion"]["VersionId"])


@breaks("allows-dynamodb:GetItem-table/task-tool-prod-tasks", "explicitly denied instead of allowed. Take away what")
def denied_inline(world: World) -> Iterator[None]:
    document = {"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [document]})
    world.iam.put_role_policy(RoleName="TaskService", PolicyName="no", PolicyDocument=text)
    yield
    world.iam.delete_role_policy(RoleName="TaskService", PolicyName="no")


@breaks(
    "allows-dynamodb:PutItem-table/task-tool-prod-tasks", "Ask whoever keeps the role's permissions boundary to add"
)
def out_of_bounds(world: World) -> Iterator[None]:
    bound = f"arn:aws:iam::{ACCOUNT}:policy/S3TaskReportsPolicy"
    world.iam.put_role_permissions_boundary(RoleName="TaskService", PermissionsBoundary=bound)
    yield
    world.iam.delete_role_permissions_boundary(RoleName="TaskService")


@breaks("role", "role: absent instead of present")
def role_deleted(world: World) -> Iterator[None]:
    old = world.iam.get_role(RoleName="TaskService")["Role"]
    world.iam.detach_role_policy(RoleName="TaskService", PolicyArn=POLICY)
    world.iam.delete_role(RoleName="TaskService")
    yield
    trust = json.dumps(old["AssumeRolePolicyDocument"])
    world.iam.create_role(RoleName="TaskService", Path="/app/", AssumeRolePolicyDocument=trust)
    world.iam.attach_role_policy(RoleName="TaskService", PolicyArn=POLICY)


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
