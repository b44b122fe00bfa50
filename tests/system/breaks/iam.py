"""Breaks in IAM."""

import json
from typing import Any

from tests.system.breaks.broken import ACCOUNT, Broken, broken, document
from tests.system.world import TABLE, World

SERVICE, REPORTER = "TaskService", "TaskReporter"
IN_SERVICE, IN_REPORTER = f"iam_role[{SERVICE}]-", f"iam_role[{REPORTER}]-"
BY_SERVICE, BY_REPORTER = "irsa[prod/task-service]-", "irsa[prod/task-reporter]-"
ON_TABLE = f"table/{TABLE}"
MAY_READ = (
    f"{BY_SERVICE}allows-dynamodb:GetItem-{ON_TABLE}",
    f"{BY_SERVICE}allows-dynamodb:Query-{ON_TABLE}/index/user_index",
)
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/DynamoDBTaskTablePolicy"
READ_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/DynamoDBTaskTableReadPolicy"
REPORTS = f"arn:aws:iam::{ACCOUNT}:policy/S3TaskReportsPolicy"
ANYBODY = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def renew(cloud: World, arn: str, change: Any) -> None:
    """Make another version of a policy the default."""
    iam = cloud.aws("iam")
    default = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=default)["PolicyVersion"]["Document"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(change(found)), SetAsDefault=True)


def retrust(cloud: World, role: str, change: Any) -> None:
    """Change the only statement of a role's trust."""
    iam = cloud.aws("iam")
    trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    change(trust["Statement"][0])
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))


def claims_of(statement: dict[str, Any]) -> Any:
    return statement["Condition"]["StringEquals"]


@broken('"dynamodb:PutItem"', "iam_policy[DynamoDBTaskTablePolicy]-document-statement_1", *MAY_READ)
def action_taken_from_a_policy(cloud: World) -> None:
    def narrowed(found: Any) -> Any:
        for statement in found["Statement"]:
            if "dynamodb:PutItem" in statement["Action"]:
                statement["Action"] = ["dynamodb:PutItem"]
        return found

    renew(cloud, POLICY, narrowed)


@broken('"Action": "*"', "iam_policy[S3TaskReportsPolicy]-document-no_others")
def policy_widened(cloud: World) -> None:
    renew(cloud, REPORTS, lambda found: {**found, "Statement": [*found["Statement"], EVERYTHING]})


@broken("absent", "iam_policy[DynamoDBTaskTableReadPolicy]-tags-ManagedBy")
def policy_not_marked(cloud: World) -> None:
    cloud.aws("iam").untag_policy(PolicyArn=READ_POLICY, TagKeys=["ManagedBy"])


NOT_TRUSTED = (f"{BY_SERVICE}trusted_provider", f"{BY_SERVICE}trust")


@broken(ACCOUNT, *(f"{IN_SERVICE}trust-{name}" for name in ("Principal", "Action", "sub", "aud")), *NOT_TRUSTED)
def trust_replaced(cloud: World) -> None:
    cloud.aws("iam").update_assume_role_policy(RoleName=SERVICE, PolicyDocument=document(ANYBODY))


@broken("oidc.elsewhere/id/1", *(f"{IN_SERVICE}trust-{name}" for name in ("Principal", "sub", "aud")), *NOT_TRUSTED)
def trust_in_another_issuer(cloud: World) -> None:
    def elsewhere(statement: Any) -> None:
        statement["Principal"] = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.elsewhere/id/1"}
        conditions = {f"oidc.elsewhere/id/1:{name[-3:]}": value for name, value in claims_of(statement).items()}
        statement["Condition"] = {"StringEquals": conditions}

    retrust(cloud, SERVICE, elsewhere)


@broken("absent", f"{IN_REPORTER}trust-aud", f"{BY_REPORTER}trust_no_others")
def trust_without_audience(cloud: World) -> None:
    def loosened(statement: Any) -> None:
        del claims_of(statement)[next(name for name in claims_of(statement) if name.endswith(":aud"))]

    retrust(cloud, REPORTER, loosened)


@broken("someone.else", f"{IN_REPORTER}trust-aud", f"{BY_REPORTER}trusted_audience", f"{BY_REPORTER}trust")
def trust_in_another_audience(cloud: World) -> None:
    def changed(statement: Any) -> None:
        claims_of(statement)[next(name for name in claims_of(statement) if name.endswith(":aud"))] = "someone.else"

    retrust(cloud, REPORTER, changed)


@broken(
    "system:serviceaccount:staging:task-service",
    f"{IN_SERVICE}trust-sub",
    f"{BY_SERVICE}trusted_subject",
    f"{BY_SERVICE}trust",
)
def trust_in_another_namespace(cloud: World) -> None:
    def changed(statement: Any) -> None:
        subject = next(name for name in claims_of(statement) if name.endswith(":sub"))
        claims_of(statement)[subject] = "system:serviceaccount:staging:task-service"

    retrust(cloud, SERVICE, changed)


@broken("StringLike", f"{IN_REPORTER}trust-sub")
def trust_by_pattern(cloud: World) -> None:
    def changed(statement: Any) -> None:
        subject = next(name for name in claims_of(statement) if name.endswith(":sub"))
        statement["Condition"]["StringLike"] = {subject: claims_of(statement).pop(subject)}

    retrust(cloud, REPORTER, changed)


@broken("sts:AssumeRole", f"{IN_SERVICE}trust-no_others")
def trust_widened(cloud: World) -> None:
    iam = cloud.aws("iam")
    trust = iam.get_role(RoleName=SERVICE)["Role"]["AssumeRolePolicyDocument"]
    trust["Statement"].append(ANYBODY)
    iam.update_assume_role_policy(RoleName=SERVICE, PolicyDocument=json.dumps(trust))


@broken("aws:SourceIp", f"{IN_REPORTER}trust-no_others", f"{BY_REPORTER}trust")
def trust_narrowed(cloud: World) -> None:
    retrust(cloud, REPORTER, lambda each: each["Condition"].update(IpAddress={"aws:SourceIp": "192.0.2.0/24"}))


@broken(
    "absent",
    f"{IN_SERVICE}policies-DynamoDBTaskTablePolicy",
    *(f"{BY_SERVICE}allows-dynamodb:PutItem-{ON_TABLE}", *MAY_READ),
)
def policy_detached(cloud: World) -> None:
    cloud.aws("iam").detach_role_policy(RoleName=SERVICE, PolicyArn=POLICY)


@broken(POLICY, f"{IN_REPORTER}policies-no_others")
def policy_attached(cloud: World) -> None:
    cloud.aws("iam").attach_role_policy(RoleName=REPORTER, PolicyArn=POLICY)


@broken("sneaked", f"{IN_REPORTER}inline_policies-no_others")
def inline_policy(cloud: World) -> None:
    cloud.aws("iam").put_role_policy(RoleName=REPORTER, PolicyName="sneaked", PolicyDocument=document(EVERYTHING))


@broken("7200", f"{IN_SERVICE}max_session_duration")
def longer_sessions(cloud: World) -> None:
    cloud.aws("iam").update_role(RoleName=SERVICE, MaxSessionDuration=7200)


@broken("absent", f"{IN_REPORTER}exists", f"{BY_REPORTER}role")
def role_deleted(cloud: World) -> None:
    iam = cloud.aws("iam")
    for attached in iam.list_attached_role_policies(RoleName=REPORTER)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=REPORTER, PolicyArn=attached["PolicyArn"])
    iam.delete_role(RoleName=REPORTER)


def replant_provider(cloud: World, *client_ids: str) -> None:
    """Make the cluster's OIDC provider anew, as somebody does by hand."""
    iam = cloud.aws("iam")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider(cloud))
    iam.create_open_id_connect_provider(Url=cloud.sandbox.issuer, ClientIDList=list(client_ids))


BOTH = {name: (f"{BY_SERVICE}{name}", f"{BY_REPORTER}{name}") for name in ("provider", "provider_audience")}


def provider(cloud: World) -> str:
    return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{cloud.sandbox.issuer.removeprefix('https://')}"


@broken("absent", "iam_oidc_provider[ISSUER]-client_ids-sts.amazonaws.com", *BOTH["provider_audience"])
def provider_without_audience(cloud: World) -> None:
    replant_provider(cloud, "somebody.else")


@broken("absent", "iam_oidc_provider[ISSUER]-exists", *BOTH["provider"])
def provider_deleted(cloud: World) -> None:
    cloud.aws("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=provider(cloud))


IAM: tuple[Broken, ...] = (
    action_taken_from_a_policy,
    policy_widened,
    policy_not_marked,
    trust_replaced,
    trust_in_another_issuer,
    trust_without_audience,
    trust_in_another_audience,
    trust_in_another_namespace,
    trust_by_pattern,
    trust_widened,
    trust_narrowed,
    policy_detached,
    policy_attached,
    inline_policy,
    longer_sessions,
    role_deleted,
    provider_without_audience,
    provider_deleted,
)
