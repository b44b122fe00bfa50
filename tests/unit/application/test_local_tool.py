"""What an environment for development has, and what it does without."""

from attrs import evolve

from tasktool_infra.aws.dynamodb_table import Table
from tasktool_infra.aws.place import Place
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.local_tool import local_tool
from tasktool_infra.settings import load
from tasktool_infra.settings.environment import Environment
from tasktool_infra.task_tool import Facts, tasks_table

LOCAL = load.load("local", environ={})
FACTS = Facts(place=Place("123456789012", "aws", "local"), issuer=None, images=False)
WORKLOAD = {
    "apiVersion": "batch/v1",
    "kind": "CronJob",
    "metadata": {"namespace": "default", "name": "job"},
    "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "a", "image": "a:latest"}]}}}}},
}


def named(environment: Environment = LOCAL, facts: Facts = FACTS) -> list[str]:
    return [str(each.key) for each in local_tool(environment, facts, [WORKLOAD])]


def test_it_has_an_emulator_a_table_a_bucket_and_the_programs() -> None:
    assert named() == [
        "namespace.default",
        "deployment.default/localstack",
        "service.default/localstack",
        "dynamodb_table.tasks",
        "s3_bucket.completed-task-report-bucket",
        "apply_set.default/task-tool",
        "cron_job.default/job",
    ]


def test_in_the_sandbox_it_needs_no_emulator() -> None:
    embedded = named(facts=evolve(FACTS, embedded=True))
    assert [name for name in named() if name not in embedded] == [
        "deployment.default/localstack",
        "service.default/localstack",
    ]


def test_the_table_is_that_of_prod_but_for_its_name() -> None:
    [here] = [each for each in local_tool(LOCAL, FACTS) if isinstance(each, Table)]
    there = tasks_table(load.load("prod", environ={}))
    assert evolve(here, name=there.name, tags=there.tags) == there


def test_the_bucket_lets_in_what_comes_without_tls() -> None:
    [bucket] = [each for each in local_tool(LOCAL, FACTS) if isinstance(each, Bucket)]
    assert not bucket.tls_only
    assert bucket.region == "local"


def test_table_and_bucket_stand_in_the_emulator_and_the_programs_come_after() -> None:
    by_key = {str(each.key): each for each in local_tool(LOCAL, FACTS, [WORKLOAD])}
    host = by_key["deployment.default/localstack"]
    stored = [by_key["dynamodb_table.tasks"], by_key["s3_bucket.completed-task-report-bucket"]]
    assert {each.within.key for each in stored if each.within} == {host.key}
    used = {each.key for each in by_key["cron_job.default/job"].after}
    assert {host.key, *(each.key for each in stored)} <= used


def test_image_and_account_of_the_emulator_are_the_environments() -> None:
    own = evolve(LOCAL, emulator_image="localstack/localstack:4.0")
    facts = evolve(FACTS, place=Place("000000000000", "aws", "local"))
    [container] = local_tool(own, facts)[1].body["spec"]["template"]["spec"]["containers"]  # type: ignore[attr-defined]
    assert container["image"] == "localstack/localstack:4.0"
    assert {"name": "MOTO_ACCOUNT_ID", "value": "000000000000"} in container["env"]
