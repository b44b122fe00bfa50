"""What the application's programs call in AWS: the measure of what their roles must allow. Pure.

Source: the programs themselves; they use the AWS SDK for JavaScript, whose uploads are multipart when they are large.
"""

from tasktool_infra.engine.calls import Call
from tasktool_infra.settings.environment import Environment

REPORT = "completed-tasks-2000-01-01.csv"
"""One of the objects that the reporter writes, which differ in the date."""


def program_calls(environment: Environment) -> dict[str, tuple[Call, ...]]:
    """Give the calls of each program, by the name of its ServiceAccount."""
    return {"task-service": _service(environment), "task-reporter": _reporter(environment)}


def _query(environment: Environment, index: str, key: str) -> Call:
    """Give a query that finds nothing and costs next to nothing: it can be tried."""
    condition = {"KeyConditionExpression": "#key = :value", "ExpressionAttributeNames": {"#key": key}}
    value = {":value": {"S": "tasktool-infra looks whether it may look"}}
    where = {"TableName": environment.table, "IndexName": index, "Limit": 1}
    return Call("dynamodb", "query", {**where, **condition, "ExpressionAttributeValues": value})


def _service(environment: Environment) -> tuple[Call, ...]:
    table = {"TableName": environment.table}
    return (
        Call("dynamodb", "put_item", table),
        Call("dynamodb", "get_item", table),
        _query(environment, "user_index", "user_name"),
    )


def _reporter(environment: Environment) -> tuple[Call, ...]:
    report = {"Bucket": environment.bucket, "Key": REPORT}
    uploads = ("put_object", "create_multipart_upload", "upload_part", "complete_multipart_upload")
    return (
        _query(environment, "status_index", "status"),
        *(Call("s3", upload, report) for upload in uploads),
        # What the SDK does when a part fails.
        Call("s3", "abort_multipart_upload", report),
    )
