"""The roles of `prod` as its pods have them: what the programs call is allowed, and everything beside it is denied."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.least_privilege.policy import policies as needed_policies
from tasktool_infra.sandbox import Sandbox
from tests.contract.roles import ACCOUNT, BUCKET, REGION, ROLES, TABLE, TABLE_ARN, prod_in_a_sandbox, role_arn
from tests.sessions import Session, administrator, assume, keys, token

ITEM = {"task_id": {"S": "1"}, "user_name": {"S": "u"}, "start_at": {"N": "1"}}
PART = b"x" * (5 << 20)
Act = Callable[[Session], Any]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Make `prod` and a neighbour's table and bucket beside it."""
    with prod_in_a_sandbox() as found:
        key = {"AttributeName": "task_id"}
        administrator(found).client("dynamodb").create_table(
            TableName="neighbour",
            KeySchema=[key | {"KeyType": "HASH"}],
            AttributeDefinitions=[key | {"AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        administrator(found).client("s3").create_bucket(
            Bucket="neighbour", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield found


@pytest.fixture(scope="module")
def pods(sandbox: Sandbox) -> dict[str, Session]:
    """Give the sessions of both programs, and of the administrator."""
    taken = {account: assume(sandbox, role_arn(account), token(sandbox, "prod", account)) for account in ROLES}
    return taken | {"administrator": administrator(sandbox)}


def put(table: str = TABLE) -> Act:
    return lambda session: session.client("dynamodb").put_item(TableName=table, Item=ITEM)


def get(table: str = TABLE) -> Act:
    return lambda session: session.client("dynamodb").get_item(TableName=table, Key={"task_id": {"S": "1"}})


def query(index: str, key: str) -> Act:
    names, values = {"#k": key}, {":v": {"S": "u"}}
    asked = {
        "KeyConditionExpression": "#k = :v",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
    return lambda session: session.client("dynamodb").query(TableName=TABLE, IndexName=index, **asked)


def batch(*tables: str) -> Act:
    # Under keys of their own: moto takes equal keys in two tables for duplicates.
    requests = {table: [{"PutRequest": {"Item": ITEM | {"task_id": {"S": table}}}}] for table in tables}
    return lambda session: session.client("dynamodb").batch_write_item(RequestItems=requests)


def upload(bucket: str = BUCKET) -> Act:
    return lambda session: session.client("s3").put_object(Bucket=bucket, Key="a b/1.csv", Body=b"1")


def multipart(session: Session) -> None:
    s3, address = session.client("s3"), {"Bucket": BUCKET, "Key": "large.csv"}
    upload_id = s3.create_multipart_upload(**address)["UploadId"]
    numbered = [{"PartNumber": n, "ETag": part(s3, address, upload_id, n)} for n in (1, 2)]
    s3.complete_multipart_upload(**address, UploadId=upload_id, MultipartUpload={"Parts": numbered})
    s3.abort_multipart_upload(**address, UploadId=s3.create_multipart_upload(**address)["UploadId"])


def part(s3: Any, address: dict[str, str], upload_id: str, number: int) -> str:
    body = PART if number == 1 else b"end"
    found: str = s3.upload_part(**address, UploadId=upload_id, PartNumber=number, Body=body)["ETag"]
    return found


def head(session: Session) -> None:
    session.client("s3").head_object(Bucket=BUCKET, Key="a b/1.csv")


def presigned(session: Session) -> None:
    import urllib.request

    address = {"Bucket": BUCKET, "Key": "a b/1.csv"}
    url = session.client("s3").generate_presigned_url("get_object", address)
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5).close()


def roles(session: Session) -> None:
    session.client("iam").get_role(RoleName="TaskService")


def cluster(session: Session) -> None:
    session.client("eks").describe_cluster(name="mz-k8s")


def repositories(session: Session) -> None:
    session.client("ecr").describe_repositories()


@pytest.mark.parametrize(
    ("act", "allowed", "action"),
    [
        (put(), {"task-service"}, f"dynamodb:PutItem on resource: {TABLE_ARN} "),
        (put("neighbour"), set(), f"dynamodb:PutItem on resource: {TABLE_ARN.replace(TABLE, 'neighbour')} "),
        (batch(TABLE), {"task-service"}, f"dynamodb:BatchWriteItem on resource: {TABLE_ARN} "),
        (batch(TABLE, "neighbour"), set(), "dynamodb:BatchWriteItem on resource: "),
        (get(), {"task-service", "task-reporter"}, ""),
        (get("neighbour"), set(), "dynamodb:GetItem on resource: "),
        (query("user_index", "user_name"), {"task-service", "task-reporter"}, ""),
        (query("status_index", "status"), {"task-service", "task-reporter"}, ""),
        (upload(), {"task-reporter"}, f'resource: "arn:aws:s3:::{BUCKET}/a b/1.csv" because no identity-based policy'),
        (upload("neighbour"), set(), 's3:PutObject on resource: "arn:aws:s3:::neighbour/a b/1.csv"'),
        (multipart, {"task-reporter"}, "s3:PutObject on resource: "),
        (head, {"task-reporter"}, "403"),
        (roles, set(), "iam:GetRole on resource: arn:aws:iam::123456789012:role/app/TaskService because no"),
        (cluster, set(), f"eks:DescribeCluster on resource: arn:aws:eks:{REGION}:123456789012:cluster/mz-k8s because"),
        (repositories, set(), "ecr:DescribeRepositories"),
    ],
)
def test_what_each_program_may_do(pods: dict[str, Session], act: Act, allowed: set[str], action: str) -> None:
    act(pods["administrator"])
    for program in ROLES:
        if program in allowed:
            act(pods[program])
            continue
        with pytest.raises(ClientError) as error:
            act(pods[program])
        said = str(error.value)
        assert "AccessDenied" in said or "403" in said
        assert action in said
        assert f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{ROLES[program]}/a-pod is not" in said or act is head


def test_a_refused_call_changes_nothing_and_the_connection_goes_on(pods: dict[str, Session]) -> None:
    s3 = pods["task-reporter"].client("s3")
    for _ in range(2):
        with pytest.raises(ClientError):
            s3.put_object(Bucket="neighbour", Key="refused", Body=PART)
        s3.put_object(Bucket=BUCKET, Key="kept", Body=PART)
    stored = pods["administrator"].client("s3").list_objects_v2(Bucket="neighbour").get("Contents", [])
    assert "refused" not in [each["Key"] for each in stored]


def test_a_presigned_url_is_held_against_whoever_signed_it(pods: dict[str, Session]) -> None:
    from urllib.error import HTTPError

    upload()(pods["administrator"])
    presigned(pods["task-reporter"])
    with pytest.raises(HTTPError, match="403"):
        presigned(pods["task-service"])


def test_policies_count_as_they_are_now(sandbox: Sandbox, pods: dict[str, Session]) -> None:
    iam, service = administrator(sandbox).client("iam"), pods["task-service"]
    arn = f"arn:aws:iam::{sandbox.account}:policy/DynamoDBTaskTablePolicy"
    iam.detach_role_policy(RoleName="TaskService", PolicyArn=arn)
    with pytest.raises(ClientError, match="no identity-based policy allows the dynamodb:PutItem action"):
        put()(service)
    iam.attach_role_policy(RoleName="TaskService", PolicyArn=arn)
    put()(service)
    iam.put_role_policy(RoleName="TaskService", PolicyName="no", PolicyDocument=document("Deny", "dynamodb:Put*"))
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        put()(service)
    get()(service)
    iam.delete_role_policy(RoleName="TaskService", PolicyName="no")
    put()(service)


def test_a_boundary_and_a_session_policy_only_take_away(sandbox: Sandbox, pods: dict[str, Session]) -> None:
    iam, service = administrator(sandbox).client("iam"), pods["task-service"]
    bound = iam.create_policy(PolicyName="bound", PolicyDocument=document("Allow", "dynamodb:GetItem"))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="TaskService", PermissionsBoundary=bound)
    get()(service)
    with pytest.raises(ClientError, match="because no permissions boundary allows the dynamodb:PutItem action"):
        put()(service)
    iam.delete_role_permissions_boundary(RoleName="TaskService")
    put()(service)
    arn, identity = role_arn("task-service"), token(sandbox, "prod", "task-service")
    narrow = assume(sandbox, arn, identity, Policy=document("Allow", "dynamodb:GetItem"))
    get()(narrow)
    with pytest.raises(ClientError, match="because no session policy allows the dynamodb:PutItem action"):
        put()(narrow)


def test_credentials_that_are_not_whole_or_have_ended_open_nothing(sandbox: Sandbox, pods: dict[str, Session]) -> None:
    service = pods["task-service"]
    half = Session(sandbox, service.keys | {"aws_session_token": "another"})
    for act, code in ((get(), "UnrecognizedClientException"), (roles, "InvalidClientTokenId"), (head, "403")):
        with pytest.raises(ClientError, match=code):
            act(half)
    arn, identity = role_arn("task-service"), token(sandbox, "prod", "task-service")
    ended = assume(sandbox, arn, identity)
    get()(ended)
    end_now(sandbox, ended)
    for act, code in ((get(), "ExpiredTokenException"), (roles, "ExpiredToken"), (head, "400|403")):
        with pytest.raises(ClientError, match=code):
            act(ended)


def end_now(sandbox: Sandbox, session: Session) -> None:
    from moto.sts.models import sts_backends

    role = sts_backends[sandbox.account]["aws"].get_assumed_role_from_access_key(session.keys["aws_access_key_id"])
    assert role is not None
    role.expiration -= timedelta(hours=2)


def test_a_user_may_do_what_its_policies_and_groups_allow(sandbox: Sandbox) -> None:
    iam = administrator(sandbox).client("iam")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = Session(sandbox, keys(key["AccessKeyId"], key["SecretAccessKey"]))
    assert ann.client("sts").get_caller_identity()["Arn"].endswith("user/ann")
    with pytest.raises(ClientError, match="User: arn:aws:iam::123456789012:user/ann is not authorized to perform"):
        roles(ann)
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="read", PolicyDocument=document("Allow", "iam:Get*"))
    iam.add_user_to_group(GroupName="readers", UserName="ann")
    roles(ann)
    iam.put_user_policy(UserName="ann", PolicyName="no", PolicyDocument=document("Deny", "iam:GetRole"))
    with pytest.raises(ClientError, match="explicit deny"):
        roles(ann)


def test_who_may_attach_some_policies_may_attach_no_other(sandbox: Sandbox) -> None:
    iam = administrator(sandbox).client("iam")
    iam.create_user(UserName="bob")
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    bob = Session(sandbox, keys(key["AccessKeyId"], key["SecretAccessKey"])).client("iam")
    own, other = (
        f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in ("DynamoDBTaskTablePolicy", "S3TaskReportsPolicy")
    )
    attach = needed_policies({Need("iam:AttachRolePolicy", role_arn("task-service"))}, [own])
    iam.put_user_policy(UserName="bob", PolicyName="attach", PolicyDocument=json.dumps(attach[0].to_dict()))
    bob.attach_role_policy(RoleName="TaskService", PolicyArn=own)
    with pytest.raises(ClientError, match="no identity-based policy allows the iam:AttachRolePolicy action"):
        bob.attach_role_policy(RoleName="TaskService", PolicyArn=other)


def test_of_many_objects_each_is_judged_by_itself(sandbox: Sandbox) -> None:
    iam = administrator(sandbox).client("iam")
    iam.create_user(UserName="cat")
    key = iam.create_access_key(UserName="cat")["AccessKey"]
    cat = Session(sandbox, keys(key["AccessKeyId"], key["SecretAccessKey"])).client("s3")
    mine = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::neighbour/mine/*"}
    allowed = json.dumps({"Version": "2012-10-17", "Statement": [mine]})
    iam.put_user_policy(UserName="cat", PolicyName="mine", PolicyDocument=allowed)
    cat.delete_object(Bucket="neighbour", Key="mine/1")
    done = cat.delete_objects(Bucket="neighbour", Delete={"Objects": [{"Key": "mine/1"}, {"Key": "other"}]})
    assert [each["Key"] for each in done["Deleted"]] == ["mine/1"]
    assert [(each["Key"], each["Code"]) for each in done["Errors"]] == [("other", "AccessDenied")]


def document(effect: str, *actions: str) -> str:
    statement = {"Effect": effect, "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
