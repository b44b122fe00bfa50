"""The application from its first run to its last, by the scripts, on a real control plane beside an emulated AWS."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

import tasktool_infra
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.hooks import hooked
from tasktool_infra.engine.transport import NoHook
from tests.controlplane.cluster import Cluster, administrator
from tests.system.application import NAMESPACE, PROGRAMS, REGISTRY, Place, described, place
from tests.system.rollouts import eventually
from tests.system.world import Done, Shell, ended

ALL = ("--only", "aws,access,app")
PINNED = ("--account", "123456789012")
LOGIN = f"aws ecr get-login-password --region ap-northeast-1 | docker login --username AWS --password-stdin {REGISTRY}"
RECORD = "the DNS record task.mamezou-tech.com stays, as no external-dns runs in the cluster: delete it by hand"
CLASS = "ingress.prod/prod-app-ingress: not ready: the cluster has no IngressClass nginx"
ISSUER = "issuer.prod/prod-letsencrypt-issuer: not ready: no cert-manager is ready in the cluster"


@pytest.fixture
def here(real_cluster: Cluster, tmp_path: Path, commands: Callable[[Shell], Callable[..., Done]]) -> Iterator[Place]:
    """Give both clouds, empty; commands run in this process, where they start at once."""
    with place(real_cluster, tmp_path, commands) as made:
        yield made


@pytest.fixture
def made(here: Place) -> Place:
    """Give both clouds with the application in them."""
    here.run("provision", "--only", "aws", *PINNED)
    for program in PROGRAMS:
        here.push(program)
    here.run("provision", *ALL, *PINNED)
    return here


def test_a_first_run_makes_all_but_what_needs_images_and_says_how_to_push_them(here: Place) -> None:
    assert here.run("plan", *ALL, expect=75).summary == "Plan: 20 to add, 0 to change, 0 to destroy, 6 waiting"
    first = here.run("provision", *ALL, *PINNED, expect=75)
    assert here.names("deployments") == here.names("cronjobs") == []
    assert here.names("ingresses") == ["prod-app-ingress"]
    end = first.out[first.out.index("\nDone: 20 added, 0 changed, 0 destroyed, 6 waiting") :]
    assert end.count(LOGIN) == 1
    for program in PROGRAMS:
        assert f"the tag 1.0.0 is absent from mamezou-tech/{program}" in end
        assert f"docker push {REGISTRY}/mamezou-tech/{program}:1.0.0" in end

    here.push("task-service")
    second = here.run("provision", *ALL, *PINNED, expect=75)
    assert second.summary == "Plan: 1 to add, 0 to change, 0 to destroy, 4 waiting"
    assert here.names("deployments") == ["prod-task-service"]
    assert f"docker push {REGISTRY}/mamezou-tech/task-service" not in second.out

    for program in PROGRAMS[1:]:
        here.push(program)
    assert here.run("provision", *ALL, *PINNED).summary == "Plan: 2 to add, 0 to change, 0 to destroy"
    again = here.run("provision", *ALL, *PINNED)
    assert again.summary.startswith("No changes.")
    # What nobody could make happen is said and not waited for.
    done = again.out.index("\nDone: 0 added")
    for said in (CLASS, ISSUER):
        assert f"  = {said}" in again.out[:done]
        assert f"  {said}" in again.out[done:]
    assert here.run("plan", "--only", "app", "--detailed-exitcode").summary.startswith("No changes.")


def test_the_application_alone_is_made_with_what_it_requires(here: Place) -> None:
    alone = here.run("provision", "--only", "app", *PINNED, expect=75)
    assert "ecr_repository" not in alone.out
    assert "namespace.prod: created" in alone.out


@define
class Deletions(NoHook):
    """Keeps which objects and resources are deleted, in their order."""

    deleted: list[str] = field(factory=list)

    def before(self, call: Call, attempt: int) -> None:
        if call.operation.startswith("delete"):
            self.deleted.append(str(call.parameters.get("kind", call.service)))


def test_a_teardown_goes_from_the_door_inwards(made: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in made.shell.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(made.shell.folder)
    recorder, (_, _, _, context, _, issuer) = Deletions(), made.settings
    options: dict[str, Any] = {"eks_cluster_name": "", "context": context, "oidc_provider_url": issuer}
    with hooked(recorder):
        tasktool_infra.teardown("prod", confirm=True, delete_data=True, account="123456789012", **options)
    ranks = [RANK.get(kind, AWS) for kind in recorder.deleted]
    assert ranks == sorted(ranks)
    assert set(ranks) == {*RANK.values(), AWS}
    assert not made.api.call("GET", NAMESPACE).good


RANK = {
    **dict.fromkeys(("Ingress",), 0),
    **dict.fromkeys(("Deployment", "CronJob"), 1),
    **dict.fromkeys(("ServiceAccount", "ConfigMap", "Service", "Issuer"), 2),
    "Namespace": 3,
}
AWS = 4


def test_the_door_is_waited_for_and_the_record_that_stays_is_named(made: Place) -> None:
    made.patch("ingresses", "prod-app-ingress", {"metadata": {"finalizers": ["example.com/records"]}})
    going = f"{NAMESPACE}/ingresses/prod-app-ingress".replace("/api/v1", "/apis/networking.k8s.io/v1")
    process = made.shell.start("teardown", "prod", *made.settings, *ALL, *PINNED, "--yes")
    eventually(lambda: made.api.get(going)["metadata"].get("deletionTimestamp"), 20)
    assert made.names("deployments") == ["prod-task-service", "prod-task-web"]
    made.patch("ingresses", "prod-app-ingress", {"metadata": {"finalizers": None}})
    done = ended(process)
    assert done.out.count(RECORD) == 2
    assert done.out.rindex(RECORD) > done.out.index("\nDone:")


def test_a_namespace_that_is_not_ours_is_kept_with_what_others_have_in_it(here: Place) -> None:
    here.api.call("POST", "/api/v1/namespaces", {"metadata": {"name": "prod"}}).need()
    theirs = {"metadata": {"name": "theirs", "labels": {"env": "prod"}}}
    here.api.call("POST", f"{NAMESPACE}/configmaps", theirs).need()
    here.run("provision", *ALL, *PINNED, expect=75)
    gone = here.run("teardown", *ALL, *PINNED, "--yes")
    assert "= namespace.prod: kept: it exists and does not carry our mark" in gone.out
    assert here.names("configmaps") == ["theirs"]
    for plural in ("ingresses", "services", "serviceaccounts", "deployments"):
        assert here.names(plural) == []
    assert here.run("teardown", *PINNED).summary.startswith("No changes.")


def test_a_rollout_that_fails_is_told_in_one_block(made: Place) -> None:
    made.patch("deployments", "prod-task-web", {"spec": {"progressDeadlineSeconds": 2}})
    account = {"spec": {"template": {"spec": {"serviceAccountName": "absent"}}}}
    made.patch("deployments", "prod-task-web", account)
    failed = made.run("provision", "--only", "app", *PINNED, expect=1)
    block = failed.err[failed.err.index("Not everything was done:") :]
    assert 'serviceaccount "absent" not found' in block
    assert "Make that ServiceAccount, or correct `serviceAccountName`." in block


def test_what_eks_says_and_a_token_of_the_callers_keys_lead_to_the_cluster(here: Place) -> None:
    caller = administrator()
    keys = {"AWS_ACCESS_KEY_ID": caller.access_key, "AWS_SECRET_ACCESS_KEY": caller.secret_key}
    with described(here) as before:
        shell = here.shell.having(AWS_ENDPOINT_URL=before.url, TASKTOOL_CONTEXT="", **keys)
        made = shell.run("provision", "prod", "--only", "access", *PINNED)
        assert made.summary == "Plan: 3 to add, 0 to change, 0 to destroy"
        assert shell.run("plan", "prod", "--only", "access").summary.startswith("No changes.")


SSO = "AWSReservedSSO_Admin_0123456789abcdef"
SSO_ROLE = f"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/{SSO}"


def test_a_caller_by_sso_whom_the_cluster_does_not_know_is_told_its_access_entry(here: Place) -> None:
    path, nobody = SSO_ROLE.partition(":role")[2].removesuffix(SSO), "{}"
    here.aws.client("iam").create_role(RoleName=SSO, Path=path, AssumeRolePolicyDocument=nobody)
    session = here.aws.client("sts").assume_role(RoleArn=SSO_ROLE, RoleSessionName="me@example.com")["Credentials"]
    keys = {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }
    with described(here) as before:
        shell = here.shell.having(AWS_ENDPOINT_URL=before.url, **keys)
        refused = shell.run("provision", "prod", "--only", "access", *PINNED, expect=77)
        lookups = [call.operation for call in before.calls if call.operation == "GetRole"]
    about = f"--region ap-northeast-1 --cluster-name mz-k8s --principal-arn {SSO_ROLE}"
    assert f"The cluster mz-k8s does not know {SSO_ROLE}." in refused.err
    assert f"aws eks create-access-entry {about} && aws eks associate-access-policy {about} " in refused.err
    assert len(lookups) == 1
    assert (refused.out.count("create-access-entry"), refused.err.count("create-access-entry")) == (1, 1)
