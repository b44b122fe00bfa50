"""The tables of actions: whole, spelt as AWS spells, and exact about the resource."""

import ast
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

import tasktool_infra
from tasktool_infra.aws.authorization.needs import ACTIONS, needs
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call

PLACE = Place("123456789012", "aws", "ap-northeast-1")
TABLE = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/tasks"
KEY = "arn:aws:kms:ap-northeast-1:123456789012:key/1"
IAM = "arn:aws:iam::123456789012"


def operations(service: str) -> set[str]:
    """Give all operations of a service, as calls name them."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name) for name in model.operation_names}


@pytest.mark.parametrize("service", ACTIONS)
def test_every_operation_in_the_tables_exists(service: str) -> None:
    assert set(ACTIONS[service]) <= operations(service)


def test_every_operation_that_the_package_names_is_in_the_tables() -> None:
    root = Path(tasktool_infra.__file__).parent
    files = [*root.glob("*.py"), *(root / "aws").glob("*.py")]
    texts = {text for file in files for text in literals(file)}
    used = {(service, name) for service in ACTIONS for name in operations(service) & texts}
    mapped = {(service, name) for service, known in ACTIONS.items() for name in known}
    # A name such as `tag_resource` is of several services, so that each must have it in one of them only.
    missing = {name for _, name in used - mapped} - {name for _, name in mapped}
    assert missing == set()
    assert len(used & mapped) > 60


def literals(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("sts", "get_caller_identity", {}, []),
        ("dynamodb", "describe_table", {"TableName": "tasks"}, [("dynamodb:DescribeTable", TABLE)]),
        ("dynamodb", "create_table", {"TableName": "tasks"}, [("dynamodb:CreateTable", TABLE)]),
        (
            "dynamodb",
            "create_table",
            {"TableName": "tasks", "Tags": [{"Key": "a", "Value": "b"}]},
            [("dynamodb:CreateTable", TABLE), ("dynamodb:TagResource", TABLE)],
        ),
        ("dynamodb", "list_tags_of_resource", {"ResourceArn": TABLE}, [("dynamodb:ListTagsOfResource", TABLE)]),
        (
            "dynamodb",
            "query",
            {"TableName": "tasks", "IndexName": "i"},
            [("dynamodb:Query", f"{TABLE}/index/i")],
        ),
        ("dynamodb", "query", {"TableName": "tasks"}, [("dynamodb:Query", TABLE)]),
        (
            "dynamodb",
            "batch_write_item",
            {"RequestItems": {"tasks": [], "other": []}},
            [("dynamodb:BatchWriteItem", TABLE), ("dynamodb:BatchWriteItem", TABLE.replace("tasks", "other"))],
        ),
        ("s3", "upload_part", {"Bucket": "b", "Key": "a/k"}, [("s3:PutObject", "arn:aws:s3:::b/a/k")]),
        ("s3", "head_bucket", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
        (
            "s3",
            "delete_objects",
            {"Bucket": "b", "Delete": {}},
            [("s3:DeleteObject", "arn:aws:s3:::b/*"), ("s3:DeleteObjectVersion", "arn:aws:s3:::b/*")],
        ),
        (
            "ecr",
            "describe_repositories",
            {"repositoryNames": ["one", "two"]},
            [
                ("ecr:DescribeRepositories", "arn:aws:ecr:ap-northeast-1:123456789012:repository/one"),
                ("ecr:DescribeRepositories", "arn:aws:ecr:ap-northeast-1:123456789012:repository/two"),
            ],
        ),
        ("iam", "create_policy", {"PolicyName": "P"}, [("iam:CreatePolicy", f"{IAM}:policy/P")]),
        ("iam", "create_role", {"RoleName": "R", "Path": "/app/"}, [("iam:CreateRole", f"{IAM}:role/app/R")]),
        ("iam", "get_role", {"RoleName": "R"}, [("iam:GetRole", f"{IAM}:role/app/R")]),
        ("iam", "get_role", {"RoleName": "S"}, [("iam:GetRole", f"{IAM}:role/*S")]),
        (
            "iam",
            "create_open_id_connect_provider",
            {"Url": "https://oidc.eks/id/X"},
            [("iam:CreateOpenIDConnectProvider", f"{IAM}:oidc-provider/oidc.eks/id/X")],
        ),
    ],
)
def test_a_call_needs(
    service: str, operation: str, parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = needs(Call(service, operation, parameters), PLACE, {"R": "/app/"})
    assert found == tuple(Need(*each) for each in expected)


def test_a_table_with_a_key_of_the_customers_needs_the_key() -> None:
    call = Call("dynamodb", "create_table", {"TableName": "tasks", "SSESpecification": {"KMSMasterKeyId": KEY}})
    assert Need("kms:CreateGrant", KEY) in needs(call, PLACE)


def test_a_call_that_stands_in_no_table_is_an_error() -> None:
    with pytest.raises(KeyError):
        needs(Call("iam", "delete_user", {"UserName": "u"}), PLACE)
