"""What people and programs do to an environment between two runs: everything that a repair has to repair."""

import json
from collections.abc import Callable
from typing import Any

from tests.crash.cloud import ACCOUNT
from tests.crash.prod import Prod

TABLE, BUCKET = "task-tool-prod-tasks", "task-tool-prod-completed-task-report-bucket"
MERGE = "application/merge-patch+json"
ALL = [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]


def aws_drifted(client: Callable[[str], Any]) -> None:
    """Change something about everything in AWS; ``client`` gives the botocore client of a service."""
    _repositories(client("ecr"))
    _table(client("dynamodb"))
    _bucket(client("s3"))
    _policies(client("iam"))
    _roles(client("iam"))


def drifted(world: Prod) -> None:
    """Change something about everything."""
    aws_drifted(world.cloud.client)
    cluster_drifted(world)
    # From then on the namespace is used as somebody's else, and outlives the environment.
    _patch(world, "/api/v1/namespaces/prod", {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}})


def filled(client: Callable[[str], Any]) -> None:
    """Put data into everything that holds data, and history into what has one."""
    s3, dynamodb = client("s3"), client("dynamodb")
    for number in range(3):
        s3.put_object(Bucket=BUCKET, Key=f"report-{number}.csv", Body=b"1")
        s3.put_object(Bucket=BUCKET, Key=f"report-{number}.csv", Body=b"2")
    s3.delete_object(Bucket=BUCKET, Key="report-0.csv")
    s3.create_multipart_upload(Bucket=BUCKET, Key="unfinished.csv")
    dynamodb.put_item(TableName=TABLE, Item={"task_id": {"S": "1"}})
    _version(client("iam"), "S3TaskReportsPolicy", "s3:GetObject", default=False)


def _repositories(ecr: Any) -> None:
    name = "mamezou-tech/task-service"
    ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability="MUTABLE")
    ecr.put_image_scanning_configuration(repositoryName=name, imageScanningConfiguration={"scanOnPush": False})
    ecr.delete_lifecycle_policy(repositoryName="mamezou-tech/task-web")
    arn = ecr.describe_repositories(repositoryNames=[name])["repositories"][0]["repositoryArn"]
    ecr.untag_resource(resourceArn=arn, tagKeys=["UsedBy/prod"])


def _table(dynamodb: Any) -> None:
    foreign = {
        "IndexName": "by_hand",
        "KeySchema": [{"AttributeName": "title", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    titles = [{"AttributeName": "title", "AttributeType": "S"}]
    for change in ({"Delete": {"IndexName": "user_index"}}, {"Create": foreign}):
        dynamodb.update_table(TableName=TABLE, AttributeDefinitions=titles, GlobalSecondaryIndexUpdates=[change])
    dynamodb.update_table(TableName=TABLE, DeletionProtectionEnabled=False)
    off = {"PointInTimeRecoveryEnabled": False}
    dynamodb.update_continuous_backups(TableName=TABLE, PointInTimeRecoverySpecification=off)
    arn = dynamodb.describe_table(TableName=TABLE)["Table"]["TableArn"]
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["Environment"])


def _bucket(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    reader = {
        "Sid": "Reader",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [reader]}))
    s3.delete_public_access_block(Bucket=BUCKET)
    other = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=other)
    others = {"ID": "others", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [others]})
    tags = [tag for tag in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"] if tag["Key"] != "Environment"]
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [*tags, {"Key": "cost", "Value": "42"}]})
    ownership = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls=ownership)


def _policies(iam: Any) -> None:
    for number in range(4):
        _version(iam, "DynamoDBTaskTablePolicy", f"dynamodb:Get{number}", default=True)
    iam.delete_policy_version(PolicyArn=arn("DynamoDBTaskTablePolicy"), VersionId="v1")
    _version(iam, "DynamoDBTaskTablePolicy", "dynamodb:*", default=True)
    _version(iam, "S3TaskReportsPolicy", "s3:*", default=True)
    iam.untag_policy(PolicyArn=arn("DynamoDBTaskTableReadPolicy"), TagKeys=["Environment"])


def _version(iam: Any, name: str, action: str, *, default: bool) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    iam.create_policy_version(PolicyArn=arn(name), PolicyDocument=json.dumps(document), SetAsDefault=default)


def arn(name: str) -> str:
    """Give the ARN of a policy of the environment."""
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def _roles(iam: Any) -> None:
    foreign = json.dumps({"Version": "2012-10-17", "Statement": ALL})
    made = iam.create_policy(PolicyName="by-hand", PolicyDocument=foreign)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="TaskService", PolicyArn=made)
    iam.detach_role_policy(RoleName="TaskService", PolicyArn=arn("DynamoDBTaskTablePolicy"))
    iam.put_role_policy(RoleName="TaskService", PolicyName="by-hand", PolicyDocument=foreign)
    anybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
    iam.update_assume_role_policy(RoleName="TaskReporter", PolicyDocument=trust)
    iam.update_role(RoleName="TaskReporter", MaxSessionDuration=7200)
    iam.untag_role(RoleName="TaskReporter", TagKeys=["Environment"])


def cluster_drifted(world: Prod) -> None:
    """Change something about everything in the cluster."""
    core, apps = "/api/v1/namespaces/prod", "/apis/apps/v1/namespaces/prod/deployments"
    role = {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/other"}}}
    _patch(world, f"{core}/serviceaccounts/task-service", role)
    _patch(world, f"{apps}/prod-task-web", {"spec": {"replicas": 5, "minReadySeconds": 3}})
    _patch(world, f"{core}/services/prod-task-web", {"spec": {"sessionAffinity": "ClientIP"}})
    world.cluster.call("DELETE", f"{core}/services/prod-task-service")
    world.cluster.call("DELETE", "/apis/networking.k8s.io/v1/namespaces/prod/ingresses/prod-app-ingress")
    labels = world.cluster.call("GET", f"{core}/services/prod-task-web")["metadata"]["labels"]
    for name in ("left-the-overlay", "left-too"):
        body = {"metadata": {"name": name, "labels": labels}, "data": {"a": "b"}}
        world.cluster.call("POST", f"{core}/configmaps", body)


def _patch(world: Prod, path: str, change: Any) -> None:
    world.cluster.call("PATCH", f"{path}?fieldManager=kubectl-edit", change, MERGE)
