"""A new environment: what can be found is found, nothing of a file is lost, and the plan is shown."""

import json
import tomllib
from functools import partial

import pytest
from jsonschema import Draft202012Validator

from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.init.begin import Beginning
from tests.system.conftest import Inside
from tests.system.terminal import AtTerminal, at_terminal
from tests.system.test_scripts_output import SCHEMA
from tests.system.world import World

CLASSES = "/apis/networking.k8s.io/v1/ingressclasses"
BUCKET = "task-tool-dev-completed-task-report-bucket"


def written(cloud: World) -> dict[str, dict[str, object]]:
    return tomllib.loads((cloud.shell.folder / "environments.toml").read_text())


def test_everything_is_found(cloud: World, inside: Inside) -> None:
    cloud.shell.config("# mine\n[prod]\n")
    region = cloud.sandbox.region
    with cloud.untouched():
        out = inside("init", "dev", "--region", region, "--tags", "Team=blue").out
        refused = inside("init", "dev", "--region", region, expect=78).err
    assert "Plan: 20 to add" in out
    assert "dev already" in refused
    assert (cloud.shell.folder / "environments.toml").read_text().startswith("# mine\n[prod]\n\n[dev]\n")
    assert written(cloud)["dev"] == {
        "region": region,
        "account": "123456789012",
        "eks_cluster_name": "mz-k8s",
        "ingress_class": "nginx",
        "tags": {"Team": "blue"},
    }


def test_machines_are_told_what_was_written_and_what_it_would_take(cloud: World, inside: Inside) -> None:
    out = inside("init", "dev", "--region", cloud.sandbox.region, "--output", "json").out
    records = [json.loads(line) for line in out.splitlines()]
    for record in records:
        Draft202012Validator(SCHEMA).validate(record)
    version, begun, *_ = records
    assert version["command"] == "init"
    assert (begun["type"], begun["settings"]) == ("environment", written(cloud)["dev"])
    (plan,) = [record for record in records if record["type"] == "plan"]
    assert plan["counts"]["create"] == 20
    again = json.loads(inside("init", "dev", "--output", "json", expect=78).out.splitlines()[-1])
    assert (again["type"], again["problem"]) == ("error", "refused")


def test_names_of_others_are_gone_round_and_of_several_one_is_chosen(cloud: World, inside: Inside) -> None:
    region = cloud.sandbox.region
    s3 = cloud.aws("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": region})
    tags = {"ManagedBy": "tasktool-infra", "Application": "else", "Environment": "dev"}
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]})
    other = {"metadata": {"name": "internal"}, "spec": {"controller": "k8s.io/ingress-nginx"}}
    cloud.kubernetes.call("POST", f"{CLASSES}?fieldManager=test", other).need()
    refused = inside("init", "dev", "--region", region, expect=78).err
    assert "--ingress-class (one of " in refused
    assert not (cloud.shell.folder / "environments.toml").exists()
    inside("init", "dev", "--region", region, "--ingress-class", "internal")
    assert written(cloud)["dev"]["bucket"] == f"{BUCKET}-123456789012"
    assert written(cloud)["dev"]["ingress_class"] == "internal"


@pytest.mark.usefixtures("inside")
def test_somebody_is_asked(cloud: World) -> None:
    other = {"metadata": {"name": "internal"}, "spec": {"controller": "k8s.io/ingress-nginx"}}
    cloud.kubernetes.call("POST", f"{CLASSES}?fieldManager=test", other).need()
    asked: list[object] = []
    told: list[str] = []

    def ask(question: str, answers: object, usual: str) -> str:
        asked.append((question, sorted(answers), usual))  # type: ignore[call-overload]
        return "internal"

    given = {"region": cloud.sandbox.region, "domain": "no host!"}
    beginning = Beginning(name="dev", given=given, ask=ask, tell=told.append)
    with pytest.raises(TasktoolError, match="no host!"):
        beginning.settle()
    found = Beginning(name="dev", given={"region": cloud.sandbox.region}, ask=ask, tell=told.append).settle()
    assert found["ingress_class"] == "internal"
    assert asked == [("Which IngressClass", ["internal", "nginx"], "nginx")]
    assert any("cluster mz-k8s" in line for line in told)


def test_at_a_terminal_it_asks_and_writes_what_was_answered(cloud: World) -> None:
    other = {"metadata": {"name": "internal"}, "spec": {"controller": "k8s.io/ingress-nginx"}}
    cloud.kubernetes.call("POST", f"{CLASSES}?fieldManager=test", other).need()
    seen = begun(cloud)
    for question, answer in (
        ("Which IngressClass (", "neither"),
        ("Which IngressClass (", "internal"),
        ("Under which host name", "dev.example.com"),
        ("To which address", "you@example.com"),
    ):
        seen.until(question)
        seen.said = ""
        seen.type(f"{answer}\n")
    said = seen.end(0)
    assert 'account = "123456789012"' in said
    assert "to add" in said
    assert written(cloud)["dev"] == {
        "region": cloud.sandbox.region,
        "account": "123456789012",
        "eks_cluster_name": "mz-k8s",
        "ingress_class": "internal",
        "domain": "dev.example.com",
        "email": "you@example.com",
    }


@pytest.mark.parametrize("answers", [(), ("dev.example.com\n",)])
def test_who_breaks_off_at_a_question_has_nothing_written(cloud: World, answers: tuple[str, ...]) -> None:
    seen = begun(cloud)
    for question, keys in zip(("Under which host name", "To which address"), (*answers, "\x03"), strict=False):
        seen.until(question)
        seen.type(keys)
    assert "Interrupted; nothing was written." in seen.end(130)
    assert not (cloud.shell.folder / "environments.toml").exists()


def begun(cloud: World) -> AtTerminal:
    """Begin an environment at a terminal, in an AWS that is not taken for an emulator: where all is asked."""
    endpoint = cloud.proxy.url.replace("127.0.0.1", "0.0.0.0")
    shell = cloud.shell.having(TERM="xterm", AWS_ENDPOINT_URL=endpoint)
    return at_terminal(partial(shell.start, "init", "dev", "--region", cloud.sandbox.region))
