"""The task tool: which resources one of its environments has. This reads like the tutorial's page."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.dynamodb_keys import Attribute, Index
from tasktool_infra.aws.dynamodb_table import Table
from tasktool_infra.aws.ecr_repository import Repository
from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.irsa import irsa_trust
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.oidc_provider import OidcProvider
from tasktool_infra.aws.place import Place
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.aws.stray_kinds import IamNames
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.settings.environment import Environment
from tasktool_infra.values.frozen import FrozenDict
from tasktool_infra.workloads import Surroundings, workloads

APPLICATION = "task-tool"
PROD = "prod"
"""The environment whose IAM names are the tutorial's own; all others have theirs at the end."""
ROLE_PATH, POLICY_PART = "/app/", "Task"
"""Where all roles of the application are, and what is in the names of all its policies."""
NOBODY = Document.parse({"Version": "2012-10-17", "Statement": []})


@frozen(kw_only=True)
class Facts:
    """What must be known of the world to name everything: the place, and the cluster's token issuer.

    Without an issuer the roles trust nobody, which does for their removal. Without ``images`` nobody looks whether they
    were pushed. ``embedded`` says that AWS is an emulator beside the cluster, which the run itself has started.
    """

    place: Place
    issuer: str | None
    images: bool = True
    embedded: bool = False


def task_tool(
    environment: Environment, facts: Facts, manifests: Iterable[Mapping[str, Any]] = ()
) -> tuple[Resource, ...]:
    """Give every resource of one environment, with its marks and its place. Pure.

    ``manifests`` are the application's objects, as kustomize renders them for this environment.
    """
    repositories = [Repository(name=name, shared=True) for name in environment.repositories]
    table = tasks_table(environment)
    bucket = Bucket(name=environment.bucket)
    policies = Policies.of(environment, facts.place)
    providers = cluster_provider(environment, facts)
    service = role("TaskService", "task-service", (policies.table,), environment, facts)
    reporter = role("TaskReporter", "task-reporter", (policies.table_read, policies.reports), environment, facts)
    namespace, accounts = access(environment, facts.place, {"task-service": service, "task-reporter": reporter})

    owner = owner_of(environment)
    roles = [evolve(each, after=tuple(providers)) for each in (service, reporter)]
    own: list[AwsResource] = [table, bucket, *policies.all, *roles]
    # What other environments use as well carries no tags of this one's choice: they would change them in turn.
    common: list[AwsResource] = [*repositories, *providers]
    aws = [*common, *(evolve(each, tags=FrozenDict(environment.tags)) for each in own)]
    placed = [each.marked(owner).at(facts.place) for each in aws]
    around = Surroundings(
        application=APPLICATION,
        namespace=namespace,
        accounts=accounts,
        place=facts.place,
        used=(table, bucket),
        images=facts.images,
    )
    guests = (namespace, *accounts, *workloads(manifests, around))
    # What still runs in the cluster, or takes records and load balancers away, needs AWS as it was.
    hosts = [evolve(each, outlives=guests) for each in placed]
    return (*hosts, *(each.marked(owner) for each in guests))


def owner_of(environment: Environment) -> Owner:
    """Give who owns the resources of an environment."""
    return Owner(APPLICATION, environment.name)


def cluster_provider(environment: Environment, facts: Facts) -> list[OidcProvider]:
    """Give the OIDC provider of the cluster, once its issuer is known."""
    if not facts.issuer:
        return []
    cluster = environment.eks_cluster_name or ""
    return [OidcProvider(url=facts.issuer, create=environment.create_oidc_provider, cluster=cluster)]


def tasks_table(environment: Environment) -> Table:
    """Give the table of tasks: found by id, by user and start, by status and last change."""
    by_user = Index(name="user_index", hash_key=text("user_name"), range_key=number("start_at"))
    by_status = Index(name="status_index", hash_key=text("status"), range_key=number("updated_at"))
    return Table(
        name=environment.table,
        hash_key=text("task_id"),
        indexes=frozenset({by_user, by_status}),
        kms_key_arn=environment.kms_key_arn,
    )


def text(name: str) -> Attribute:
    """Give a key of type text."""
    return Attribute(name, "S")


def number(name: str) -> Attribute:
    """Give a key of type number."""
    return Attribute(name, "N")


@frozen(kw_only=True)
class Policies:
    """The three IAM policies: the service may read and write the table; the reporter reads it and writes reports."""

    table: Policy
    table_read: Policy
    reports: Policy

    @classmethod
    def of(cls, environment: Environment, place: Place) -> "Policies":
        """Give the policies of an environment."""
        table = place.arn("dynamodb", f"table/{environment.table}")
        bucket = f"arn:{place.partition}:s3:::{environment.bucket}"
        service, reporter = iam_name("TaskService", environment), iam_name("TaskReporter", environment)
        return cls(
            table=policy("DynamoDBTaskTablePolicy", environment, table_access(table), service),
            table_read=policy("DynamoDBTaskTableReadPolicy", environment, table_read_access(table), reporter),
            reports=policy("S3TaskReportsPolicy", environment, reports_access(bucket), reporter),
        )

    @property
    def all(self) -> tuple[Policy, ...]:
        """All of them."""
        return (self.table, self.table_read, self.reports)


def policy(name: str, environment: Environment, statements: list[dict[str, Any]], role_name: str) -> Policy:
    """Give a policy that one role holds."""
    document = Document.parse({"Version": "2012-10-17", "Statement": statements})
    return Policy(name=iam_name(name, environment), document=document, roles=frozenset({role_name}))


def table_access(table: str) -> list[dict[str, Any]]:
    """Give what the service may do, as the tutorial has it."""
    lists = ["List*", "DescribeReservedCapacity*", "DescribeLimits", "DescribeTimeToLive"]
    items = ["BatchGet*", "DescribeTable", "Get*", "Query", "Scan", "BatchWrite*", "PutItem"]
    return [
        allow([f"dynamodb:{action}" for action in lists], [table]),
        allow([f"dynamodb:{action}" for action in items], [table, f"{table}/index/*"]),
    ]


def table_read_access(table: str) -> list[dict[str, Any]]:
    """Give what the reporter may do with the table: read it."""
    actions = ["DescribeTable", "GetItem", "BatchGetItem", "Query", "Scan"]
    return [allow([f"dynamodb:{action}" for action in actions], [table, f"{table}/index/*"])]


def reports_access(bucket: str) -> list[dict[str, Any]]:
    """Give what the reporter may do with the bucket, as the tutorial has it."""
    actions = [
        "PutObject",
        "GetObject",
        "AbortMultipartUpload",
        "ListMultipartUploadParts",
        "ListBucketMultipartUploads",
    ]
    objects = allow([f"s3:{action}" for action in actions], [f"{bucket}/*"])
    return [allow(["s3:ListBucket"], [bucket]), objects]


def allow(actions: list[str], resources: list[str]) -> dict[str, Any]:
    """Give a statement that allows."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def role(name: str, account: str, held: tuple[Policy, ...], environment: Environment, facts: Facts) -> Role:
    """Give a role that pods of one ServiceAccount take."""
    place = facts.place
    return Role(
        name=iam_name(name, environment),
        path=ROLE_PATH,
        trust=trust(facts, environment.namespace, account),
        policies=frozenset(each.at(place).arn for each in held),
        permissions_boundary=environment.permissions_boundary,
        requires=held,
        place=place,
    )


def trust(facts: Facts, namespace: str, account: str) -> Document:
    """Give who may take a role: one ServiceAccount of the cluster whose issuer is known."""
    if not facts.issuer:
        return NOBODY
    provider = OidcProvider(url=facts.issuer, place=facts.place)
    return irsa_trust(provider.arn, provider.url, namespace, account)


def access(
    environment: Environment, place: Place, roles: dict[str, Role]
) -> tuple[Namespace, tuple[ServiceAccount, ...]]:
    """Give the namespace, and in it a ServiceAccount for each role."""
    namespace = Namespace(name=environment.namespace)
    accounts = tuple(
        ServiceAccount(
            namespace=environment.namespace, name=name, role_arn=each.at(place).arn, within=namespace, after=(each,)
        )
        for name, each in roles.items()
    )
    return namespace, accounts


def iam_name(name: str, environment: Environment) -> str:
    """Give an IAM name: the tutorial's own in ``prod``, else with the environment's name at the end."""
    return name if environment.name == PROD else f"{name}-{environment.name}"


def iam_names(environment: Environment, wanted: Iterable[Key]) -> IamNames:
    """Give how the roles and policies of an environment are called, in this version and in others."""
    if environment.name != PROD:
        return IamNames(path=ROLE_PATH, part=POLICY_PART, end=f"-{environment.name}")
    ours = (key.identity for key in wanted if key.kind in (Role.kind, Policy.kind))
    return IamNames(path=ROLE_PATH, part=POLICY_PART, others=tuple(f"{name}-" for name in ours))
