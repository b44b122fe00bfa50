"""What breaks the chain from pods to AWS: one thing at a time, each with the link that it breaks and what is said."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from attrs import frozen

from tasktool_infra.aws.connection import Connection
from tasktool_infra.engine.driver import Driver
from tasktool_infra.irsa.chain import Chain, Proof
from tasktool_infra.irsa.proving import prove
from tasktool_infra.kube.service_account import ROLE_ANNOTATION
from tasktool_infra.sandbox import Sandbox
from tests.contract.roles import ACCOUNT, TABLE_ARN
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
    connection: Connection
    script: Script
    chains: tuple[Chain, ...]

    @property
    def iam(self) -> Any:
        """IAM, for changes by hand."""
        return administrator(self.sandbox).client("iam")

    @property
    def cluster(self) -> Api:
        """The cluster, for changes by hand."""
        return Api(self.sandbox.kubernetes_endpoint, self.sandbox.ca_pem, self.sandbox.admin_token)

    def prove(self, name: str = "task-service") -> Proof:
        """Give the proof of a program's chain."""
        (chain,) = (each for each in self.chains if each.account.name == name)
        found: Proof = self.driver.ask(prove(chain))
        return found


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
