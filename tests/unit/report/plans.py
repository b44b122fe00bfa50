"""Plans to be shown: small ones that hold everything a plan can hold, and large ones."""

from typing import Any

from tasktool_infra.engine.calls import write
from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.plan import Action, Change, Plan
from tasktool_infra.engine.resource import Key

TABLE_ARN = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/task-tool-prod-tasks"
READ = {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": TABLE_ARN}
WRITE = {**READ, "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]}
TARGET = {
    "account": "123456789012",
    "partition": "aws",
    "region": "ap-northeast-1",
    "cluster": "arn:aws:eks:ap-northeast-1:123456789012:cluster/mz-k8s",
}


def key(name: str) -> Key:
    """Read ``kind.identity``."""
    kind, _, identity = name.partition(".")
    return Key(kind, identity)


def change(name: str, action: Action, *fields: FieldChange, layer: str = "aws", **more: Any) -> Change:
    """Give a change of ``kind.identity``."""
    return Change(key=key(name), layer=layer, action=action, fields=fields, **more)


def plan(*changes: Change, command: str = "provision", **more: Any) -> Plan:
    """Give a plan for prod."""
    given: dict[str, Any] = {"caller": "arn:aws:iam::123456789012:user/ann", "alias": "mamezou-dev", **more}
    return Plan(command=command, environment="prod", version="1", target=TARGET, changes=changes, **given)


EVERYTHING = plan(
    change(
        "deployment.prod/web",
        Action.UPDATE,
        FieldChange(".spec.replicas", 2, 3),
        FieldChange(".spec.template.spec.containers[0].env[1].value", "hunter2", "hunter3"),
        layer="app",
        remarks=("will not be waited for: no nodes",),
        kept=("annotation a/b",),
    ),
    change(
        "s3_bucket.reports",
        Action.UPDATE,
        FieldChange("versioning", old=False, new=True),
        FieldChange("tags[team]", None, "blue"),
        FieldChange("tags[Owner]", "ann", "bob"),
        FieldChange("notes", ["a", "b", "c"], ["b", "c", "d"]),
        unchanged=7,
        kept=("tag cost-centre", "statement Audit"),
        adopts=True,
        steps=(write("s3", "put_bucket_policy", {"Bucket": "reports"}, "policy", removes="the statement Old"),),
    ),
    change(
        "dynamodb_table.tasks",
        Action.CREATE,
        FieldChange("tags[Application]", None, "task-tool"),
        FieldChange("tags[Environment]", None, "prod"),
        FieldChange("hash_key", None, {"name": "task_id", "type": "S"}),
        FieldChange("indexes[by_user]", None, {"name": "by_user", "hash_key": "user", "non_key_attributes": []}),
        FieldChange("api_token", None, "s3cret"),
    ),
    change("iam_policy.Tasks", Action.UPDATE, FieldChange("document.Statement", READ, WRITE)),
    change("iam_policy.Old", Action.DELETE, reason="nobody wants it any more"),
    change("config_map.prod/old", Action.DELETE, layer="app"),
    change("iam_role.Fine", Action.NONE),
    change("iam_role.Theirs", Action.NONE, reason="kept: it exists and does not carry our mark"),
    change("job.a", Action.WAITING, layer="app", reason="the tag 1 is absent", next_step="Push it:\n  docker push x"),
    change("job.b", Action.WAITING, layer="app", reason="the tag 1 is absent", next_step="Push it:\n  docker push x"),
    change("iam_role.Odd", Action.REFUSE, reason="path is /x/, wanted /app/", next_step="Delete it."),
    notes=("AWS_REGION is eu-west-1",),
)


def large(number: int) -> Plan:
    """Give a plan of many resources, of which one in ten changes."""
    return plan(
        *(
            change(f"config_map.prod/settings-{i:03}", Action.UPDATE, FieldChange(".data.A", i, i + 1), layer="app")
            if i % 10 == 0
            else change(f"config_map.prod/settings-{i:03}", Action.NONE, layer="app")
            for i in range(number)
        )
    )
