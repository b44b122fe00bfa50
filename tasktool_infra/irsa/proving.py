"""Proves a chain: reads what stands, and gives every link with what was wanted and found."""

from collections.abc import Iterator, Mapping
from typing import Any

from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.irsa import AUDIENCE
from tasktool_infra.engine.calls import Reading
from tasktool_infra.irsa.chain import PROVISION, Chain, Link, Proof, Workload
from tasktool_infra.irsa.granting import grant_links, name, noun, spare
from tasktool_infra.irsa.looking import ALLOWED, Found, look_at
from tasktool_infra.irsa.trusting import trust_links
from tasktool_infra.kube.service_account import ROLE_ANNOTATION
from tasktool_infra.workloads import pod_template

PRESENT, ABSENT, NOTHING = "present", "absent", "none"
RUNNING = ("Pending", "Running")
ROLE_VARIABLE, TOKEN_VARIABLE = "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"
"""What EKS puts into pods of an annotated ServiceAccount, when they start. Source: amazon-eks-pod-identity-webhook."""


def prove(chain: Chain) -> Reading[Proof]:
    """Read a chain and give its proof; raises ApiError where AWS or the cluster can't be asked."""
    return judge(chain, (yield from look_at(chain)))


def judge(chain: Chain, found: Found) -> Proof:
    """Give the proof for what was found. Pure."""
    links = (
        *_account_links(chain, found.account),
        *_provider_links(chain, found.clients),
        *_role_links(chain, found),
        *_workload_links(chain, found.workloads),
        *_pod_links(chain, found.pods),
    )
    return Proof(chain=chain, links=links, spare=spare(chain, found.policies), unread=found.policies.unread)


def _account_links(chain: Chain, account: Mapping[str, Any] | None) -> Iterator[Link]:
    stands = account is not None
    yield _stands("service_account", stands=stands)
    annotations = (account or {}).get("metadata", {}).get("annotations") or {}
    role = annotations.get(ROLE_ANNOTATION, NOTHING) if stands else ABSENT
    ok = role == chain.role.arn
    fresh = f"kubectl rollout restart deployment -n {chain.account.namespace}"
    restart = f"{PROVISION}\nPods that started meanwhile keep the role that they found then: {fresh}"
    found = f"{role}, in another account" if _elsewhere(role, chain) else role
    fix = "" if ok else restart
    yield Link(name="annotation", wanted=chain.role.arn, found=found, ok=ok if stands else None, fix=fix)


def _elsewhere(role: str, chain: Chain) -> bool:
    return role.startswith("arn:") and role.split(":")[4:5] != [chain.place.account]


def _provider_links(chain: Chain, clients: frozenset[str] | None) -> Iterator[Link]:
    stands = clients is not None
    says = f"IAM OIDC provider of {chain.host}"
    eksctl = "eksctl utils associate-iam-oidc-provider --approve --cluster NAME"
    way_out = f"Set `create_oidc_provider = true` and run provision, or run: {eksctl}"
    yield Link(
        name="provider",
        wanted=PRESENT,
        found=PRESENT if stands else f"absent: there is no {says}",
        ok=stands,
        fix="" if stands else way_out,
    )
    ok = AUDIENCE in (clients or ())
    found = sorted(clients or ()) or NOTHING
    yield Link(
        name="provider_audience",
        wanted=AUDIENCE,
        found=AUDIENCE if ok else found if stands else ABSENT,
        ok=ok if stands else None,
        fix="" if ok else PROVISION,
    )


def _role_links(chain: Chain, found: Found) -> Iterator[Link]:
    if found.role is None:
        yield _stands("role", stands=False)
        for missing in ("trusted_provider", "trusted_subject", "trusted_audience", "trust"):
            yield Link(name=missing, wanted="for this ServiceAccount", found=ABSENT, ok=None)
        for need in chain.needs:
            yield Link(name=name(need), noun=noun(need), wanted=ALLOWED, found=ABSENT, ok=None)
        return
    ok = found.role["Arn"] == chain.role.arn
    yield Link(name="role", wanted=chain.role.arn, found=found.role["Arn"], ok=ok, fix="" if ok else PROVISION)
    yield from trust_links(chain, Document.parse(found.role["AssumeRolePolicyDocument"]))
    yield from grant_links(chain, found.policies, found.simulated)


def _workload_links(chain: Chain, workloads: Mapping[Workload, Mapping[str, Any] | None]) -> Iterator[Link]:
    for workload, live in workloads.items():
        template = pod_template(live) if live is not None else None
        used = template["spec"].get("serviceAccountName", "default") if template else ABSENT
        ok = used == chain.account.name
        yield Link(
            name=f"account_of-{workload.called}",
            noun=f"the ServiceAccount of {workload.called}",
            wanted=chain.account.name,
            found=used,
            ok=ok if template else None,
            fix="" if ok else PROVISION,
        )


def _pod_links(chain: Chain, pods: tuple[Mapping[str, Any], ...]) -> Iterator[Link]:
    """Judge the pods that run now: a workload that is right may still have pods from before."""
    wanted = f"run as {chain.account.name}" + (" with the role's variables" if chain.real else "")
    running = [(each, pod) for each in chain.workloads for pod in pods if _is_of(pod, each)]
    if not running:
        return
    wrong = [f"{pod['metadata']['name']} {why}" for _, pod in running if (why := _wrong(chain, pod))]
    restarts = dict.fromkeys(each.called for each, pod in running if _wrong(chain, pod))
    fix = "; ".join(_restart(called, chain) for called in restarts)
    yield Link(name="pods", wanted=wanted, found=wrong or wanted, ok=not wrong, fix=fix)


def _restart(called: str, chain: Chain) -> str:
    if called.startswith("deployment/"):
        return f"Start them anew: kubectl rollout restart {called} -n {chain.account.namespace}"
    return f"The next run of {called} starts new ones"


def _is_of(pod: Mapping[str, Any], workload: Workload) -> bool:
    labels = pod["metadata"].get("labels") or {}
    alive = pod.get("status", {}).get("phase") in RUNNING and not pod["metadata"].get("deletionTimestamp")
    return alive and workload.labels.items() <= labels.items()


def _wrong(chain: Chain, pod: Mapping[str, Any]) -> str:
    """Say what is wrong with a pod; nothing when it has the role."""
    used = pod["spec"].get("serviceAccountName", "default")
    if used != chain.account.name:
        return f"runs as {used}"
    if not chain.real:
        return ""
    for container in pod["spec"].get("containers", ()):
        variables = {each["name"]: each.get("value", "") for each in container.get("env", ())}
        if ROLE_VARIABLE not in variables or TOKEN_VARIABLE not in variables:
            return "started before its ServiceAccount had the annotation"
        if variables[ROLE_VARIABLE] != chain.role.arn:
            return f"started with the role {variables[ROLE_VARIABLE]}"
    return ""


def _stands(what: str, *, stands: bool) -> Link:
    found, fix = (PRESENT, "") if stands else (ABSENT, PROVISION)
    return Link(name=what, wanted=PRESENT, found=found, ok=stands, fix=fix)
