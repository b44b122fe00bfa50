"""What a run needs of AWS: credentials that last, the right time, the right place, and names that are free or ours."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.doctor.finding import Finding, bad, good, warning
from tasktool_infra.engine.calls import Call, Reading
from tasktool_infra.engine.decide import Making
from tasktool_infra.engine.plan import Action
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import READY, Target
from tasktool_infra.values.skew import SET, TOLERATED, ahead

SOON = timedelta(minutes=15)
"""A run that makes everything takes less."""
OFF = 60.0
"""Seconds by which a clock may be wrong before it is worth a word."""
RENEW = "Renew them now (for SSO: aws sso login): a run that they leave half-way must be run again."
EXTENDED, ENDED = "EXTENDED_SUPPORT", "UNSUPPORTED"
UPGRADE = "Upgrade it: aws eks update-cluster-version --name {} --kubernetes-version NEXT"


def credentials(caller: str, method: str, expiry: datetime | None, now: datetime | None = None) -> Finding:
    """Say who calls, by which credentials, and for how long yet."""
    who = f"{caller} ({method})"
    if expiry is None:
        return good("credentials", f"{who}: credentials that do not expire")
    left = expiry - (now or datetime.now(UTC))
    minutes = int(left.total_seconds() // 60)
    if left <= timedelta(0):
        return bad("credentials", f"{who}: they ended {-minutes} minutes ago", RENEW)
    if left < SOON:
        return warning("credentials", f"{who}: they end in {minutes} minutes", RENEW)
    return good("credentials", f"{who}, for {minutes} minutes yet")


def clock() -> Reading[Finding]:
    """Hold this machine's clock against that of AWS."""
    answer = yield Call("sts", "get_caller_identity")
    seconds = ahead(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}), datetime.now(UTC))
    said = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} that of AWS"
    if abs(seconds) > TOLERATED:
        return bad("clock", said, f"Correct this machine's clock: {SET}")
    return warning("clock", said, f"Correct this machine's clock: {SET}") if abs(seconds) > OFF else good("clock", said)


def account(environment: Environment, target: Target) -> Finding:
    """Say whether the account was named before."""
    number = target.place.account
    called = f"{number} ({target.alias})" if target.alias else number
    if environment.account or target.local:
        return good("account", called)
    return warning("account", f"{called}, which is not pinned", f'Add to environments.toml: account = "{number}"')


def cluster(found: Cluster) -> Finding:
    """Say whether the cluster is in a state to be used."""
    said = f"{found.name} is {found.status}"
    if found.status in READY:
        return good("cluster", said)
    return bad("cluster", said, "Wait until it is ACTIVE, or choose another: `eks_cluster_name`.")


def support(found: Cluster) -> Reading[Finding]:
    """Say whether AWS still looks after the cluster's version. Source: EKS API reference, DescribeClusterVersions."""
    about, version = "version", found.version
    answer = yield Call("eks", "describe_cluster_versions", {"clusterVersions": [version]})
    known = next(iter(answer.get("clusterVersions", ())), None)
    if known is None:
        return warning(about, f"EKS does not know the version {version}", UPGRADE.format(found.name))
    status = str(known.get("versionStatus") or known.get("status", "")).upper()
    if status == ENDED:
        return bad(about, f"{version} is not supported any more", UPGRADE.format(found.name))
    if status == EXTENDED:
        until = _day(known.get("endOfExtendedSupportDate"))
        return warning(about, f"{version} is in extended support{until}, which costs extra", UPGRADE.format(found.name))
    return good(about, f"{version} is supported{_day(known.get('endOfStandardSupportDate'))}")


def _day(date: Any) -> str:
    return f" until {date:%Y-%m-%d}" if isinstance(date, datetime) else ""


def of_plan(about: str, resource: AwsResource, *, free: str) -> Reading[Finding]:
    """Say what a plan would: the resource is ours, free to be made (``free`` says so), waited for, or in the way."""
    live = yield from resource.read()
    used = resource.as_used(live) if live is not None and _is_used(resource, live) else resource
    change = Making().change(used, live)
    name = resource.key.identity
    if change.action is Action.REFUSE:
        return bad(about, f"{name}: {change.reason}", change.next_step)
    if change.action is Action.WAITING:
        return warning(about, change.reason, change.next_step)
    return good(about, f"{name}: {free if live is None else 'there'}")


def _is_used(resource: AwsResource, live: AwsResource) -> bool:
    return resource.used_unmarked and live.ownership.value == "nobody's"
