"""The chain, judged: pods, workloads, what IAM simulates, and what can't be looked at."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve

from tasktool_infra import load
from tasktool_infra.aws.authorization.needs import needs
from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import GONE, Call
from tasktool_infra.irsa.chain import Chain, Link, Proof, Workload, chains
from tasktool_infra.irsa.claims import notes_of
from tasktool_infra.irsa.proving import prove
from tasktool_infra.irsa.trusting import judged
from tasktool_infra.program_calls import program_calls
from tasktool_infra.task_tool import Facts, task_tool
from tests.answers import Answer, error, feed

PLACE = Place("123456789012", "aws", "ap-northeast-1")
ISSUER = "https://oidc.eks.ap-northeast-1.amazonaws.com/id/EXAMPLE"
ENVIRONMENT = load("prod")
LABELS = {"app": "task-service"}
WORKLOAD = Workload(
    address={"api_version": "apps/v1", "kind": "Deployment", "namespace": "prod", "name": "prod-task-service"},
    labels=LABELS,
)


def chain(*, real: bool = True, workloads: tuple[Workload, ...] = (WORKLOAD,)) -> Chain:
    resources = task_tool(ENVIRONMENT, Facts(place=PLACE, issuer=ISSUER))
    made = chains(resources, ISSUER, program_calls(ENVIRONMENT), real=real)[0]
    return evolve(made, workloads=workloads)


def answers(of: Chain, **others: Answer) -> dict[str, Answer]:
    """Give what AWS and the cluster answer where everything is as wanted, but for the ``others``."""
    account = {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": of.role.arn}}}
    deployment = {"kind": "Deployment", "spec": {"template": {"spec": {"serviceAccountName": "task-service"}}}}
    (policy,) = of.role.requires
    assert hasattr(policy, "document")
    version = {"PolicyVersion": {"Document": policy.document.to_dict()}}
    return {
        "get": lambda call: deployment if call.parameters["kind"] == "Deployment" else account,
        "list": {"items": [pod(of)]},
        "get_role": {"Role": {"Arn": of.role.arn, "AssumeRolePolicyDocument": of.role.trust.to_dict()}},
        "get_open_id_connect_provider": {"ClientIDList": ["sts.amazonaws.com"]},
        "list_attached_role_policies": {"AttachedPolicies": [{"PolicyArn": policy.key.identity}]},
        "list_role_policies": {"PolicyNames": []},
        "get_policy": {"Policy": {"DefaultVersionId": "v1"}},
        "get_policy_version": version,
        "simulate_principal_policy": lambda call: simulation(call, "allowed"),
        **others,
    }


def simulation(call: Call, decision: str, **more: Any) -> Mapping[str, Any]:
    actions = call.parameters["ActionNames"]
    return {"EvaluationResults": [{"EvalActionName": each, "EvalDecision": decision, **more} for each in actions]}


def pod(of: Chain, account: str = "task-service", role: str | None = None, phase: str = "Running") -> dict[str, Any]:
    role = of.role.arn if role is None else role
    env = [{"name": "AWS_ROLE_ARN", "value": role}, {"name": "AWS_WEB_IDENTITY_TOKEN_FILE", "value": "/var/run/x"}]
    spec = {"serviceAccountName": account, "containers": [{"name": "task-service", "env": env if role else []}]}
    return {"metadata": {"name": "a-pod", "labels": {**LABELS, "more": "1"}}, "spec": spec, "status": {"phase": phase}}


def proof(of: Chain, **others: Answer) -> Proof:
    return feed(prove(of), answers(of, **others))


def link(found: Proof, name: str) -> Link | None:
    return next((each for each in found.links if each.name == name), None)


def test_a_whole_chain() -> None:
    found = proof(chain())
    assert {each.ok for each in found.links} == {True}
    assert found.broken is None
    assert len({each.name for each in found.links}) == len(found.links)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"account": "default"}, "runs as default"),
        ({"role": ""}, "a-pod started before its ServiceAccount had the annotation"),
        ({"role": "arn:aws:iam::123456789012:role/Old"}, "started with the role arn:aws:iam::123456789012:role/Old"),
    ],
)
def test_pods_from_before_are_named_with_how_to_start_them_anew(changes: dict[str, Any], said: str) -> None:
    of = chain()
    found = proof(of, list={"items": [pod(of), pod(of, **changes)]})
    assert found.broken is not None
    assert found.broken.name == "pods"
    assert said in found.sentence
    assert "kubectl rollout restart deployment/prod-task-service -n prod" in found.sentence


def test_pods_that_ended_and_those_of_others_do_not_count() -> None:
    of = chain()
    other = pod(of, account="default")
    other["metadata"]["labels"] = {"app": "other"}
    for items in ([], [other], [pod(of, account="default", phase="Succeeded")]):
        found = proof(of, list={"items": items})
        assert (found.broken, link(found, "pods")) == (None, None)
    assert link(proof(of, list=error("Forbidden")), "pods") is None


def test_an_emulator_puts_nothing_into_pods_and_simulates_nothing() -> None:
    of = chain(real=False)
    found = proof(of, list={"items": [pod(of, role="")]}, simulate_principal_policy=error("InternalFailure"))
    assert found.broken is None
    assert proof(of, list={"items": [pod(of, account="default")]}).broken is not None


def test_a_workload_that_uses_another_account_and_one_that_is_absent() -> None:
    of = chain()
    account = {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": of.role.arn}}}
    plain: dict[str, Any] = {"kind": "Deployment", "spec": {"template": {"spec": {}}}}
    found = proof(of, get=lambda call: plain if call.parameters["kind"] == "Deployment" else account)
    assert found.broken is not None
    assert (found.broken.name, found.broken.found) == ("account_of-deployment/prod-task-service", "default")
    absent = proof(of, get=lambda call: GONE if call.parameters["kind"] == "Deployment" else account)
    uses = link(absent, "account_of-deployment/prod-task-service")
    assert uses is not None
    assert (uses.ok, uses.found) == (None, "absent")


@pytest.mark.parametrize(
    ("decision", "more", "said"),
    [
        ("implicitDeny", {}, "implicitDeny, as IAM simulates it"),
        ("explicitDeny", {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}, "of the organization, as"),
    ],
)
def test_what_iam_itself_denies_is_denied(decision: str, more: dict[str, Any], said: str) -> None:
    found = proof(chain(), simulate_principal_policy=lambda call: simulation(call, decision, **more))
    assert found.broken is not None
    assert said in found.sentence
    assert "organization's policies" in found.broken.fix


def test_whoever_may_not_simulate_is_content_with_the_documents() -> None:
    assert proof(chain(), simulate_principal_policy=error("AccessDenied")).broken is None


def test_links_behind_one_that_is_missing_are_open() -> None:
    found = proof(
        chain(),
        get_role=error("NoSuchEntity"),
        list_attached_role_policies=error("NoSuchEntity"),
        list_role_policies=error("NoSuchEntity"),
    )
    assert found.broken is not None
    assert found.broken.name == "role"
    behind = [each.ok for each in found.links if each.name.startswith(("trust", "allows"))]
    assert behind
    assert set(behind) == {None}


def test_a_role_under_another_path_is_not_the_one_that_the_annotation_names() -> None:
    of = chain()
    moved = {"Arn": of.role.arn.replace("/app/", "/"), "AssumeRolePolicyDocument": of.role.trust.to_dict()}
    found = proof(of, get_role={"Role": moved})
    assert found.broken is not None
    assert found.broken.name == "role"


def test_without_an_issuer_there_is_no_chain() -> None:
    resources = task_tool(ENVIRONMENT, Facts(place=PLACE, issuer=None))
    assert chains(resources, None, program_calls(ENVIRONMENT), real=True) == ()


def test_workloads_are_found_among_the_manifests() -> None:
    template = {"metadata": {"labels": LABELS}, "spec": {"serviceAccountName": "task-service", "containers": []}}
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "prod-task-service", "namespace": "prod"},
        "spec": {"template": template},
    }
    resources = task_tool(ENVIRONMENT, Facts(place=PLACE, issuer=ISSUER), [manifest])
    service, reporter = chains(resources, ISSUER, program_calls(ENVIRONMENT), real=True)
    assert (service.workloads, reporter.workloads) == ((WORKLOAD,), ())


def test_every_call_of_the_programs_is_allowed_and_judged_on_exact_arns() -> None:
    resources = task_tool(ENVIRONMENT, Facts(place=PLACE, issuer=ISSUER))
    for each in chains(resources, ISSUER, program_calls(ENVIRONMENT), real=False):
        assert each.calls
        assert all("*" not in need.resource for call in each.calls for need in needs(call, PLACE))


def test_a_trust_is_judged_with_all_of_its_conditions() -> None:
    of = chain()
    assert judged(of, of.role.trust).allowed
    data = json.loads(of.role.trust.to_json())
    data["Statement"][0]["Condition"]["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    found = proof(of, get_role={"Role": {"Arn": of.role.arn, "AssumeRolePolicyDocument": data}})
    assert found.broken is not None
    assert (found.broken.name, found.broken.found) == ("trust", "not allowed")
    assert not judged(of, Document.parse(data)).allowed


def test_what_may_not_be_read_is_told_and_counts_for_nothing() -> None:
    of, other, bound = chain(), "arn:aws:iam::1:policy/by-hand", "arn:aws:iam::1:policy/bound"
    (policy,) = of.role.requires
    attached = {"AttachedPolicies": [{"PolicyArn": each} for each in (policy.key.identity, other)]}
    role = {"Arn": of.role.arn, "AssumeRolePolicyDocument": of.role.trust.to_dict()}
    bounded = {"Role": {**role, "PermissionsBoundary": {"PermissionsBoundaryArn": bound}}}

    def read(call: Call) -> Any:
        hidden = call.parameters["PolicyArn"] in (other, bound)
        return error("AccessDenied") if hidden else {"Policy": {"DefaultVersionId": "v1"}}

    told = answers(of, list_attached_role_policies=attached, get_role=bounded, get_policy=read)
    proof = feed(prove(of), told)
    assert (proof.broken, proof.unread) == (None, (other, bound))
    assert f"{other}, {bound}" in next(notes_of(proof))
    gone = feed(
        prove(of), {**told, "get_policy": lambda call: GONE if call.parameters["PolicyArn"] == other else read(call)}
    )
    assert gone.unread == (bound,)
