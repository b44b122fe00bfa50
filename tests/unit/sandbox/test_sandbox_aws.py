"""The AWS side, embedded: what stands in it, and where moto is mended."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.exceptions
import pytest

from tasktool_infra.sandbox import Sandbox
from tasktool_infra.sandbox.embedded import embedded
from tasktool_infra.sandbox.played_images import played_images
from tests.unit.sandbox.conftest import connect
from tests.unit.sandbox.test_sandbox_eks_token import token as eks_token

Clients = Callable[..., Any]
DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}'
TAGS = [{"Key": "ManagedBy", "Value": "us"}]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with embedded() as found:
        yield found


@pytest.fixture(scope="module")
def aws(sandbox: Sandbox) -> Iterator[Clients]:
    made = []

    def client(service: str, **options: Any) -> Any:
        defaults = {
            "endpoint_url": sandbox.aws_endpoint,
            "region_name": sandbox.region,
            "aws_access_key_id": sandbox.access_key_id,
            "aws_secret_access_key": sandbox.secret_access_key,
        }
        made.append(boto3.client(service, **(defaults | options)))
        return made[-1]

    yield client
    for one in made:
        one.close()


def code(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**parameters)
    found: str = error.value.response["Error"]["Code"]
    return found


def test_a_cluster_and_its_provider_stand(sandbox: Sandbox, aws: Clients) -> None:
    cluster = aws("eks").describe_cluster(name="mz-k8s")["cluster"]
    assert (cluster["status"], cluster["endpoint"]) == ("ACTIVE", sandbox.kubernetes_endpoint)
    assert cluster["arn"] == "arn:aws:eks:ap-northeast-1:123456789012:cluster/mz-k8s"
    assert base64.b64decode(cluster["certificateAuthority"]["data"]) == sandbox.ca_path.read_bytes()
    issuer = cluster["identity"]["oidc"]["issuer"]
    assert issuer == sandbox.issuer
    iam = aws("iam")
    (listed,) = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=listed["Arn"])
    assert (provider["Url"], provider["ClientIDList"]) == (issuer.removeprefix("https://"), ["sts.amazonaws.com"])
    assert not provider.get("Tags")
    assert code(aws("eks", region_name="us-east-1").describe_cluster, name="mz-k8s") == "ResourceNotFoundException"


def test_credentials_of_the_sandbox_open_its_cluster(sandbox: Sandbox, aws: Clients) -> None:
    iam = aws("iam")
    iam.create_user(UserName="somebody")
    key = iam.create_access_key(UserName="somebody")["AccessKey"]
    pairs = {
        sandbox.access_key_id: (sandbox.secret_access_key, 200),
        key["AccessKeyId"]: (key["SecretAccessKey"], 200),
        "AKIANOBODY": ("secret", 401),
    }
    for access_key, (secret, expected) in pairs.items():
        token = eks_token(access_key=access_key, secret=secret)
        assert connect(sandbox_server(sandbox), token).get("/api/v1/namespaces/default").code == expected


def sandbox_server(sandbox: Sandbox) -> Any:
    """Give what `connect` wants to know."""

    class Server:
        endpoint, ca, admin_token = sandbox.kubernetes_endpoint, sandbox.ca_pem.encode(), sandbox.admin_token

    return Server


def test_client_ids_come_and_go(aws: Clients) -> None:
    iam = aws("iam")
    provider = {"OpenIDConnectProviderArn": iam.list_open_id_connect_providers()["OpenIDConnectProviderList"][0]["Arn"]}
    for _ in range(2):
        iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="other")
        assert iam.get_open_id_connect_provider(**provider)["ClientIDList"] == ["sts.amazonaws.com", "other"]
    for _ in range(2):
        iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="other")
        assert iam.get_open_id_connect_provider(**provider)["ClientIDList"] == ["sts.amazonaws.com"]
    missing = provider["OpenIDConnectProviderArn"] + "x"
    assert (
        code(iam.add_client_id_to_open_id_connect_provider, OpenIDConnectProviderArn=missing, ClientID="a")
        == "NoSuchEntity"
    )


def test_a_new_bucket_is_marked_and_closed(sandbox: Sandbox, aws: Clients) -> None:
    s3, bucket = aws("s3"), {"Bucket": "a-new-bucket"}
    tags = [*TAGS, {"Key": "Empty", "Value": ""}]
    s3.create_bucket(**bucket, CreateBucketConfiguration={"LocationConstraint": sandbox.region, "Tags": tags})
    assert s3.get_bucket_tagging(**bucket)["TagSet"] == tags
    (rule,) = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    ownership = s3.get_bucket_ownership_controls(**bucket)["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert set(s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    s3.delete_bucket_encryption(**bucket)
    assert s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"] == [rule]
    s3.put_object(**bucket, Key="a", Body=b"a")
    assert code(s3.create_bucket, **bucket, CreateBucketConfiguration={"LocationConstraint": sandbox.region})
    assert s3.get_bucket_tagging(**bucket)["TagSet"] == tags


def test_a_bucket_for_tls_only_takes_objects_on_loopback(aws: Clients) -> None:
    s3 = aws("s3")
    configuration = {"LocationConstraint": "ap-northeast-1"}
    s3.create_bucket(Bucket="tls-only", CreateBucketConfiguration=configuration)
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:*"}
    no_tls = {"Resource": "arn:aws:s3:::tls-only/*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    statements = [{**denied, **no_tls}, {**denied, "Resource": "arn:aws:s3:::tls-only/closed/*"}]
    policy = {"Version": "2012-10-17", "Statement": statements}
    s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps(policy))
    s3.put_object(Bucket="tls-only", Key="report.csv", Body=b"1")
    assert s3.get_object(Bucket="tls-only", Key="report.csv")["Body"].read() == b"1"
    with pytest.raises(botocore.exceptions.ClientError, match="403"):
        s3.put_object(Bucket="tls-only", Key="closed/report.csv", Body=b"1")


def test_a_bucket_of_us_east_1_has_no_body(aws: Clients) -> None:
    s3 = aws("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="plain-bucket")
    assert code(s3.get_bucket_tagging, Bucket="plain-bucket") == "NoSuchTagSet"


def test_a_tables_tags_are_replaced(aws: Clients) -> None:
    dynamodb = aws("dynamodb")
    table = dynamodb.create_table(
        TableName="tasks",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=TAGS,
    )["TableDescription"]["TableArn"]
    assert dynamodb.list_tags_of_resource(ResourceArn=table)["Tags"] == TAGS
    changed = [{"Key": "ManagedBy", "Value": "them"}]
    dynamodb.tag_resource(ResourceArn=table, Tags=changed)
    assert dynamodb.list_tags_of_resource(ResourceArn=table)["Tags"] == changed


def test_a_policy_in_use_stays(aws: Clients) -> None:
    iam = aws("iam")
    policy = {"PolicyArn": iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]}
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=DOCUMENT)
    iam.attach_role_policy(RoleName="r", **policy)
    assert code(iam.delete_policy, **policy) == "DeleteConflict"
    iam.detach_role_policy(RoleName="r", **policy)
    iam.create_policy_version(**policy, PolicyDocument=DOCUMENT)
    assert code(iam.delete_policy, **policy) == "DeleteConflict"
    iam.delete_policy_version(**policy, VersionId="v2")
    iam.delete_policy(**policy)
    assert code(iam.get_policy, **policy) == "NoSuchEntity"


def test_marks_travel_in_the_creating_call(aws: Clients) -> None:
    iam, ecr = aws("iam"), aws("ecr")
    policy = iam.create_policy(PolicyName="marked", PolicyDocument=DOCUMENT, Tags=TAGS)["Policy"]["Arn"]
    iam.create_role(RoleName="marked", AssumeRolePolicyDocument=DOCUMENT, Tags=TAGS)
    repository = ecr.create_repository(repositoryName="a/marked", tags=TAGS)["repository"]["repositoryArn"]
    provider = iam.create_open_id_connect_provider(Url="https://example.com/a", ClientIDList=["a"], Tags=TAGS)
    arn = provider["OpenIDConnectProviderArn"]
    assert iam.get_policy(PolicyArn=policy)["Policy"]["Tags"] == TAGS
    assert iam.get_role(RoleName="marked")["Role"]["Tags"] == TAGS
    assert ecr.list_tags_for_resource(resourceArn=repository)["tags"] == TAGS
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["Tags"] == TAGS
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def test_the_region_of_the_local_overlay_is_served(aws: Clients) -> None:
    assert aws("dynamodb", region_name="local").list_tables()["TableNames"] == []


@pytest.fixture
def pushed() -> Iterator[None]:
    with played_images():
        yield


@pytest.mark.usefixtures("pushed")
def test_an_image_that_is_looked_for_counts_as_pushed(aws: Clients) -> None:
    ecr, tag = aws("ecr"), [{"imageTag": "1.0.0"}]
    early = ecr.describe_images(repositoryName="played", imageIds=tag)["imageDetails"]
    assert code(ecr.list_images, repositoryName="played") == "RepositoryNotFoundException"
    ecr.create_repository(repositoryName="played")
    assert [image["imageDigest"] for image in early] == [
        image["imageDigest"] for image in ecr.list_images(repositoryName="played")["imageIds"]
    ]
    ecr.describe_images(repositoryName="played", imageIds=[{"imageTag": "2.0.0"}, *tag])
    assert sorted(i["imageTag"] for i in ecr.list_images(repositoryName="played")["imageIds"]) == ["1.0.0", "2.0.0"]
    (image,) = ecr.batch_get_image(repositoryName="played", imageIds=tag)["images"]
    assert [each["platform"]["architecture"] for each in json.loads(image["imageManifest"])["manifests"]] == ["amd64"]
    assert code(ecr.delete_repository, repositoryName="played") == "RepositoryNotEmptyException"
    ecr.delete_repository(repositoryName="played", force=True)


def test_nothing_is_played_unless_asked_for(aws: Clients) -> None:
    aws("ecr").create_repository(repositoryName="empty")
    absent = {"repositoryName": "empty", "imageIds": [{"imageTag": "1.0.0"}]}
    assert code(aws("ecr").describe_images, **absent) == "ImageNotFoundException"
