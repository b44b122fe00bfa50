"""Examines one environment: the place first, as all else needs it, then everything side by side."""

from collections.abc import Generator, Iterator
from typing import Any

from tasktool_infra.aws.ecr_image import Image
from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.aws.oidc_provider import OidcProvider
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.doctor import account, products
from tasktool_infra.doctor.finding import Finding, failed, warning
from tasktool_infra.emulated import Emulated
from tasktool_infra.engine.driver import Failure, Success, Task
from tasktool_infra.engine.errors import ApiError, Interrupted, Problem, TasktoolError
from tasktool_infra.engine.resource import Resource
from tasktool_infra.kube.kubeconfig import context_facts
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.looking import opened_for
from tasktool_infra.opening import Opened, prepare, prepare_kubeconfig
from tasktool_infra.order import Order
from tasktool_infra.reaching import connect_cluster
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import ACCOUNT
from tasktool_infra.target import Target, disagreements
from tasktool_infra.task_tool import Facts
from tasktool_infra.wishes import DESCRIPTIONS

Checks = dict[str, Generator[Any, Any, Finding]]
WITHOUT = "not looked at: {} first"
OF_AWS = ("clock", "account", "cluster", "OIDC provider", "bucket", "images")
OF_CLUSTER = ("cluster API", "access", "ingress class", "cert-manager", "external-dns")
NEARBY = ("cluster API", "access", "ingress class", "emulator", "bucket")
"""What is looked at where AWS is an emulator in the cluster."""


def examined(order: Order) -> tuple[Finding, ...]:
    """Give what was found, in the order in which one mends things; what stands in the way is found, not raised.

    Takes an order of one environment. Raises Interrupted.
    """
    environment = order.environments[0]
    try:
        with opened_for(order) as run:
            return tuple(examine(run, environment))
    except Interrupted:
        raise
    except TasktoolError as error:
        if environment.aws != ACCOUNT and not order.sandbox:
            return (failed(NEARBY[0], error), *_unseen(NEARBY[1:], NEARBY[0]))
        about = "credentials" if isinstance(error, ApiError) and error.problem is Problem.DENIED else "AWS"
        return (failed(about, error), *_unseen((*OF_AWS, *OF_CLUSTER), about))


def examine(run: Opened, environment: Environment) -> Iterator[Finding]:
    """Give what is found with what is open already; raises what stands in the way of finding the target."""
    run.driver.remember()
    prepare(run)
    prepare_kubeconfig((environment,))
    target = run.find(environment)
    found = run.connection.credentials()
    yield account.credentials(target.caller, found.method, run.connection.expiry())
    place = tuple(_place(environment, target))
    yield from place
    checks = _aws(environment, target)
    if isinstance(run, Emulated):
        pods = run.pods(environment)
        yield products.emulator(pods)
        # This machine's clock counts for nothing there, and what is in one that does not run, nobody knows.
        checks = {about: check for about, check in checks.items() if pods and about != "clock"}
    lost = [each.about for each in place if each.about == "context"]
    reached = _unseen(("cluster API",), "context")[0] if lost else _connected(run, environment, target)
    if reached is None:
        checks |= _cluster(environment, target)
    yield from _all(run, checks)
    if reached is not None:
        yield from (reached, *_unseen(OF_CLUSTER[1:], "cluster API"))


def _place(environment: Environment, target: Target) -> Iterator[Finding]:
    try:
        context = context_facts(environment.context) if environment.context else None
    except TasktoolError as error:
        yield failed("context", error)
        context = None
    for fault in disagreements(environment, target, context):
        yield failed("target", TasktoolError(fault, next_step=ELSEWHERE, problem=Problem.REFUSED))
    yield account.account(environment, target)
    if isinstance(target.cluster, Cluster):
        yield account.cluster(target.cluster)
    elif isinstance(target.cluster, TasktoolError):
        yield failed("cluster", target.cluster)


ELSEWHERE = "Correct the environment, or the credentials and the context that are used: nothing is written there."


def _aws(environment: Environment, target: Target) -> Checks:
    resources = _resources(environment, target)
    checks: Checks = {"clock": account.clock()}
    if isinstance(target.cluster, Cluster) and not target.local:
        checks["version"] = account.support(target.cluster)
    for each in _of(resources, OidcProvider):
        checks["OIDC provider"] = account.of_plan("OIDC provider", each, free="to be made")
    for bucket in _of(resources, Bucket):
        checks["bucket"] = account.of_plan("bucket", bucket, free="the name is free, as far as this account can see")
    # Images of an environment on an emulator are built into its cluster, which has no records to keep either.
    for image in _images(environment, target) if environment.aws == ACCOUNT else ():
        checks[f"image {image.repository}"] = account.of_plan("image", image, free="")
    return checks


def _resources(environment: Environment, target: Target) -> tuple[Resource, ...]:
    facts = Facts(place=target.place, issuer=target.issuer, embedded=target.sandbox)
    return DESCRIPTIONS[environment.aws](environment, facts)


def _of(resources: tuple[Resource, ...], kind: type[Any]) -> list[Any]:
    return [resource for resource in resources if isinstance(resource, kind)]


def _images(environment: Environment, target: Target) -> list[Image]:
    host, tag = target.place.registry, environment.image_tag
    found = (Image.of(f"{host}/{name}:{tag}", target.place) for name in environment.repositories)
    return [image for image in found if image is not None]


def _connected(run: Opened, environment: Environment, target: Target) -> Finding | None:
    """Connect the cluster; give what stands in the way of that."""
    try:
        connect_cluster(run, environment, target)
    except TasktoolError as error:
        return failed("cluster API", error)
    if SERVICE not in run.transports:
        return warning("cluster API", WITHOUT.format("a cluster that is known"), "Set `eks_cluster_name` or `context`.")
    return None


def _cluster(environment: Environment, target: Target) -> Checks:
    named = target.context or environment.context
    endpoint = target.cluster.endpoint if isinstance(target.cluster, Cluster) and not named else f"the context {named}"
    # A laptop has neither certificates nor records, and its manifests ask for none.
    public = {
        "cert-manager": products.cert_manager(environment.namespace),
        "external-dns": products.external_dns(),
    }
    return {
        "cluster API": products.api(endpoint),
        "access": products.access(_of(_resources(environment, target), Namespace)[0]),
        "ingress class": products.ingress_class(environment.ingress_class),
        **(public if environment.aws == ACCOUNT else {}),
    }


def _all(run: Opened, checks: Checks) -> Iterator[Finding]:
    """Run all checks side by side; one that fails is a finding, and what fails as the API does is told once."""
    outcomes = run.driver.run({about: Task(check) for about, check in checks.items()})
    if run.driver.interrupted:
        raise Interrupted("Interrupted while looking; nothing was written.")
    away = outcomes.get("cluster API")
    for about, outcome in outcomes.items():
        if isinstance(outcome, Success):
            yield outcome.value
        elif isinstance(outcome, Failure) and isinstance(outcome.error, TasktoolError):
            same = about in OF_CLUSTER[1:] and isinstance(away, Failure)
            yield from _unseen((about,), "cluster API") if same else (failed(about, outcome.error),)
        elif isinstance(outcome, Failure):
            raise outcome.error


def _unseen(about: tuple[str, ...], first: str) -> tuple[Finding, ...]:
    return tuple(warning(each, WITHOUT.format(first)) for each in about)
