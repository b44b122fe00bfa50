"""A stand-in for the two programs: the calls that they make of AWS, told by nothing but their variables.

As with theirs, `AWS_ENDPOINT` is the endpoint when it is set, and buckets are addressed by path only where the stage is
`localstack`.
"""

import csv
import io
import time
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from attrs import frozen
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

PAGE, PART = 10, 5 * 1024 * 1024
DAY = 24 * 3600


@frozen
class Programs:
    """task-service and task-reporter with the variables of their ConfigMaps (and, in a pod, those of its role)."""

    environ: Mapping[str, str]

    def client(self, service: str) -> Any:
        """Give a client as the programs make it."""
        style = "path" if self.environ["STAGE"] == "localstack" else "virtual"
        return boto3.client(
            service,
            endpoint_url=self.environ.get("AWS_ENDPOINT"),
            region_name=self.environ["AWS_DEFAULT_REGION"],
            aws_access_key_id=self.environ["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environ["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=self.environ.get("AWS_SESSION_TOKEN"),
            config=Config(s3={"addressing_style": style}, retries={"total_max_attempts": 1}, proxies={}),
        )

    def table(self) -> "Table":
        """Give the table as a document client sees it."""
        return Table(self.client("dynamodb"), self.environ["TASK_TABLE_NAME"])

    def work(self, user: str, count: int) -> list[str]:
        """As task-service: create tasks, finish all of them, and list those of the user by their begin."""
        table, now = self.table(), int(time.time())
        for number in range(count):
            task = {
                "task_id": {"S": f"{user}-{number}"},
                "user_name": {"S": user},
                "start_at": {"N": str(now + number)},
                "title": {"S": f"task {number}"},
                "status": {"S": "UNDONE"},
            }
            table.put(task)
            found = table.get(f"{user}-{number}")
            assert found["status"] == {"S": "UNDONE"}
            table.put({**found, "status": {"S": "DONE"}, "updated_at": {"N": str(now)}})
        return [task["task_id"]["S"] for task in table.of_user(user, now, now + DAY)]

    def report(self, padding: int = 0) -> tuple[str, list[list[str]]]:
        """As task-reporter: write all finished tasks into the bucket; the object's name and what it says.

        With `padding` the report is longer than one part of an upload.
        """
        now, text = int(time.time()), io.StringIO()
        writer = csv.writer(text)
        for task in self.table().finished(now - DAY, now + DAY):
            writer.writerow([task["task_id"]["S"], task["user_name"]["S"], task["title"]["S"]])
        text.write("#" * padding)
        name = f"completed-tasks-{time.strftime('%Y-%m-%d')}.csv"
        sizes = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
        body = io.BytesIO(text.getvalue().encode())
        self.client("s3").upload_fileobj(body, self.environ["REPORT_BUCKET"], name, Config=sizes)
        rows = csv.reader(io.StringIO(text.getvalue().rstrip("#")))
        return name, list(rows)


@frozen
class Table:
    """The table of the tasks, by the calls of the programs."""

    client: Any
    name: str

    def put(self, item: Mapping[str, Any]) -> None:
        """Write a task."""
        self.client.put_item(TableName=self.name, Item=item)

    def get(self, task: str) -> dict[str, Any]:
        """Read a task."""
        item: dict[str, Any] = self.client.get_item(TableName=self.name, Key={"task_id": {"S": task}})["Item"]
        return item

    def of_user(self, user: str, start: int, end: int) -> list[dict[str, Any]]:
        """Find the tasks of a user that begin within a time."""
        values = {":user": {"S": user}, ":start": {"N": str(start)}, ":end": {"N": str(end)}}
        condition = "user_name = :user AND start_at BETWEEN :start AND :end"
        answer = self._query("user_index", condition, values, Limit=100)
        items: list[dict[str, Any]] = answer["Items"]
        return items

    def finished(self, start: int, end: int) -> Iterator[dict[str, Any]]:
        """Find what was finished within a time, page by page."""
        values = {":done": {"S": "DONE"}, ":start": {"N": str(start)}, ":end": {"N": str(end)}}
        condition = "#status = :done AND updated_at BETWEEN :start AND :end"
        more: dict[str, Any] = {}
        while True:
            names = {"ExpressionAttributeNames": {"#status": "status"}}
            answer = self._query("status_index", condition, values, Limit=PAGE, **names, **more)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _query(self, index: str, condition: str, values: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.query(
            TableName=self.name,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            **more,
        )
        return answer
