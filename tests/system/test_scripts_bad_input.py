"""Bad input: each with its exit code, a message of a few lines with the next step, and nothing written."""

from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen

from tests.faults.proxy import Answer, Passed
from tests.system.world import BUCKET, TABLE, Done, Shell, World, ended, refusing

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wrong"}
PROXIES = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
MOST_LINES = 8


@frozen
class Bad:
    """What is wrong: the command, its code, what the message says, variables, and the file of this folder."""

    command: str
    code: int
    says: tuple[str, ...]
    environ: dict[str, str] = field(factory=dict)
    config: str = ""


NOWHERE = (
    Bad("plan prod", 77, ("no AWS credentials", "--sandbox")),
    Bad("plan prod", 77, ("(nope)", "AWS_PROFILE"), {"AWS_PROFILE": "nope"}),
    Bad("plan prd", 64, ("'prd'", "did you mean prod?")),
    Bad("plan prod --sandbx", 64, ("--sandbx", "--help")),
    Bad("plan", 64, ("ENVIRONMENT", "--help")),
    Bad("plan prod --only", 64, ("--only", "--help")),
    Bad("sandbox begin", 64, ("start", "--help")),
    Bad("plan prod --bucket Bad_Name", 78, ("option bucket", "'Bad_Name'")),
    Bad("plan prod --account 12", 78, ("option account", "12 digits")),
    Bad("plan prod --create-oidc-provider maybe", 78, ("create_oidc_provider", "maybe")),
    Bad("plan prod", 78, ("TASKTOOL_BUCKT", "TASKTOOL_BUCKET"), {"TASKTOOL_BUCKT": "a"}),
    Bad("plan prod", 78, ("TASKTOOL_NAMESPACE", "'Prod'"), {"TASKTOOL_NAMESPACE": "Prod"}),
    Bad("plan prod", 78, ("environments.toml", "line 2", "quotes"), config="[prod]\nregion = tokyo\n"),
    Bad("plan prod", 78, ("environments.toml: [prod] buckt", "bucket"), config='[prod]\nbuckt = "a"\n'),
    Bad("plan prod", 78, ("environments.toml: [prod] account", "in quotes"), config="[prod]\naccount = 123456789012\n"),
    Bad("plan prod --config gone.toml", 78, ("gone.toml", "No such file")),
    Bad("plan new", 78, ("region", "AWS_REGION"), KEYS, "[new]\n"),
)
CLOUD = (
    Bad("provision prod --account 999999999999", 78, ("123456789012", "999999999999")),
    Bad("provision prod --eks-cluster-name nope", 78, ("no EKS cluster 'nope'", "aws eks list-clusters")),
    Bad("provision prod --only foo", 64, ("--only foo", "aws", "access", "s3_bucket")),
    Bad("teardown prod --yes --cluster-gone", 78, ("--cluster-gone", "without it")),
    Bad("teardown prod --yes --eks-cluster-name nope", 78, ("no EKS cluster 'nope'", "--cluster-gone")),
    Bad("provision prod --context nope", 78, ("'nope'", "kubectl config get-contexts")),
    Bad("provision prod --eks-cluster-name=", 78, ("oidc_provider_url", "context")),
    Bad("provision prod --oidc-provider-url https://example.com/id", 78, ("issuer", "https://example.com/id")),
    Bad("provision prod --permissions-boundary arn:aws-cn:iam::123456789012:policy/B", 78, ("aws-cn",)),
)


def tells(bad: Bad, done: Done) -> None:
    assert all(said in done.err for said in bad.says), done.err
    assert len(done.err.splitlines()) <= MOST_LINES, done.err


@pytest.mark.parametrize("bad", NOWHERE, ids=lambda bad: f"{bad.command} {bad.config}{''.join(bad.environ)}")
def test_what_is_wrong_before_any_call(shell: Shell, bad: Bad) -> None:
    if bad.config:
        shell.config(bad.config)
    tells(bad, shell.having(**bad.environ).run(*bad.command.split(), expect=bad.code))


@pytest.mark.parametrize("bad", CLOUD, ids=lambda bad: bad.command)
def test_what_the_cloud_shows_to_be_wrong(cloud: World, inside: Any, bad: Bad) -> None:
    with cloud.untouched():
        tells(bad, inside(*bad.command.split(), expect=bad.code))


def test_credentials_that_are_not_taken(cloud: World, inside: Any) -> None:
    for code, step in (
        ("ExpiredToken", "aws sso login"),
        ("InvalidClientTokenId", "does not know this access key"),
        ("AccessDenied", "policy"),
    ):
        cloud.proxy.before = lambda call, code=code: refusing(403, code, "it is so") if call.method == "POST" else None  # type: ignore[misc]
        denied = inside("provision", "prod", expect=77)
        assert code in denied.err
        assert step in denied.err
    assert cloud.writes == []


def test_a_bucket_of_somebody_else(cloud: World, inside: Any) -> None:
    def others(call: Passed) -> Answer | None:
        return refusing(403, "AccessDenied", "Access Denied") if BUCKET in call.path else None

    cloud.proxy.before = others
    with cloud.untouched():
        refused = inside("provision", "prod", expect=78)
    assert f"s3_bucket.{BUCKET}: the name is taken by another AWS account" in refused.err
    assert "`bucket`" in refused.err


def test_a_table_with_another_key_schema(made: World, inside: Any) -> None:
    inside("teardown", "prod", "--yes", "--delete-data", "--only", f"dynamodb_table.{TABLE}")
    made.aws("dynamodb").create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "ManagedBy", "Value": "tasktool-infra"}],
    )
    with made.untouched():
        refused = inside("provision", "prod", "--yes", "--adopt", expect=78)
    assert "hash_key" in refused.err
    assert "`table`" in refused.err


def test_what_carries_no_mark_is_adopted_only_when_told(made: World, inside: Any) -> None:
    made.aws("s3").delete_bucket_tagging(Bucket=BUCKET)
    made.aws("iam").untag_role(RoleName="TaskService", TagKeys=["ManagedBy"])
    with made.untouched():
        refused = inside("provision", "prod", expect=78)
        assert f"s3_bucket.{BUCKET}, iam_role.TaskService: it exists and does not carry our mark" in refused.err
        assert "--adopt" in refused.err
        shown = inside("plan", "prod", "--adopt")
        assert f"~ s3_bucket.{BUCKET} (adopt)" in shown.out
        assert shown.summary == "Plan: 0 to add, 2 to change, 0 to destroy"
        asked = inside("provision", "prod", "--adopt", expect=78)
        assert "adopt iam_role.TaskService" in asked.err
    inside("provision", "prod", "--adopt", "--yes")
    assert inside("plan", "prod").summary.startswith("No changes.")


def test_what_carries_the_mark_of_another_is_never_touched(made: World, inside: Any) -> None:
    made.aws("iam").tag_role(RoleName="TaskService", Tags=[{"Key": "Environment", "Value": "dev"}])
    with made.untouched():
        refused = inside("provision", "prod", "--adopt", "--yes", expect=78)
    assert "iam_role.TaskService: it belongs to another" in refused.err
    gone = inside("teardown", "prod", "--yes")
    assert "= iam_role.TaskService: kept: it belongs to another" in gone.out


def test_a_cluster_that_is_gone_is_left_out(made: World, inside: Any) -> None:
    made.aws("eks").delete_cluster(name="mz-k8s")
    with made.untouched():
        refused = inside("teardown", "prod", "--yes", expect=78)
        assert "--cluster-gone" in refused.err
    gone = inside("teardown", "prod", "--yes", "--cluster-gone")
    assert "- iam_role.TaskService" in gone.planned
    assert "namespace" not in gone.out
    assert inside("teardown", "prod", "--cluster-gone").summary.startswith("No changes.")


def test_nobody_is_waited_for_endlessly(cloud: World) -> None:
    kubeconfig = Path(cloud.sandbox.kubeconfig)
    dead = cloud.shell.folder / "dead"
    dead.write_text(kubeconfig.read_text().replace(cloud.sandbox.kubernetes_endpoint, "https://127.0.0.1:9"))
    context = ["--eks-cluster-name=", "--context", "mz-k8s", "--oidc-provider-url", cloud.sandbox.issuer]
    shells = {
        "http://127.0.0.1:9": (cloud.shell.having(AWS_ENDPOINT_URL="http://127.0.0.1:9"), []),
        "http://no-such-host.invalid": (cloud.shell.having(AWS_ENDPOINT_URL="http://no-such-host.invalid"), []),
        "https://127.0.0.1:9": (cloud.shell.having(KUBECONFIG=str(dead)), context),
    }
    with cloud.untouched():
        running = {host: shell.start("provision", "prod", *more) for host, (shell, more) in shells.items()}
        said = {host: ended(process, expect=69, timeout=40) for host, process in running.items()}
    for host, done in said.items():
        assert f"Check that {host} can be reached" in done.err, done.err


def test_proxies_and_another_region_of_the_shell_do_no_harm(cloud: World) -> None:
    shell = cloud.shell.having(AWS_REGION="eu-west-1", **PROXIES)
    planned = shell.run("plan", "prod")
    assert "AWS_REGION is eu-west-1; prod is in ap-northeast-1" in planned.out
    assert planned.summary == "Plan: 13 to add, 0 to change, 0 to destroy"


def test_an_account_that_is_not_named_is_not_written_to(
    cloud: World, inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasktool_infra.target.is_loopback", lambda _: False)
    with cloud.untouched():
        for yes in ((), ("--yes",)):
            refused = inside("provision", "prod", *yes, expect=78)
            assert "--account 123456789012" in refused.err
    made = inside("provision", "prod", "--account", "123456789012")
    assert "Provision of prod\n  account  123456789012" in made.out
