"""Puts the settings of a new environment together: what was given, what was found, what was answered."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define, field

from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.engine.events import Listeners
from tasktool_infra.init.discover import clusters, free_bucket, ingress_classes
from tasktool_infra.opening import Opened, opened, prepare_kubeconfig
from tasktool_infra.reaching import connect_cluster
from tasktool_infra.settings import load as settings
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import Target

Ask = Callable[[str, Sequence[str], str], str]
"""Takes a question, the answers that there are (none: any) and the usual one; gives an answer, or nothing."""
NGINX = "nginx"


@define(kw_only=True)
class Beginning:
    """A new environment while it is put together.

    ``given`` are settings by key; ``ask`` answers what nobody found, None where there is nobody; ``tell`` is told what
    was found.
    """

    name: str
    given: Mapping[str, Any]
    ask: Ask | None
    tell: Callable[[str], None]
    sandbox: bool = False
    values: dict[str, Any] = field(init=False, factory=dict)
    missing: list[str] = field(init=False, factory=list)

    def settle(self) -> dict[str, Any]:
        """Give the settings for the table. Raises TasktoolError for what nobody knows, and what stands in the way."""
        environment = settings.override(Environment(name=self.name), self.given)
        with opened(environment, Listeners(), sandbox=self.sandbox) as run:
            target = self.find(run, environment)
        for key, question in () if target.local else PEOPLE.items():
            self._asked(key, question)
        if self.missing:
            said = f"Nobody said, and there is nobody to ask: {', '.join(self.missing)}."
            raise TasktoolError(said, next_step="Give them as options; nothing was written.", problem=Problem.REFUSED)
        given = {key: getattr(environment, key) for key in self.given}
        whole = {key: value for key, value in {**self.values, **given}.items() if value is not None}
        # What was answered is held against the rules before it is written.
        settings.override(Environment(name=self.name), whole)
        return whole

    def find(self, run: Opened, environment: Environment) -> Target:
        """Find out what can be, with what is open; give the target. Raises what stands in the way."""
        prepare_kubeconfig((environment,))
        target = run.find(environment)
        self.tell(f"account {target.place.account} as {target.caller}, {target.place.region}")
        self.values = {"region": target.place.region, "account": target.place.account}
        cluster = self._cluster(run, environment)
        self._ingress_class(run, environment, target, cluster)
        self._bucket(run, environment, target)
        return target

    def _cluster(self, run: Opened, environment: Environment) -> Cluster | None:
        """Find the cluster: the one that was named, or the only one of the region."""
        if "eks_cluster_name" in self.given or environment.context:
            name = environment.eks_cluster_name
            return run.driver.ask(Cluster(name=name).read()) if name else None
        found = {cluster.name: cluster for cluster in clusters(run)}
        if not found:
            raise TasktoolError(
                f"There is no EKS cluster that is ACTIVE in {self.values['region']}.",
                next_step="Another --region, or a cluster that is not EKS: --context with --oidc-provider-url.",
                problem=Problem.REFUSED,
            )
        name = next(iter(found)) if len(found) == 1 else self._chosen("eks_cluster_name", "Which cluster", list(found))
        if name not in found:
            return None
        self.values["eks_cluster_name"] = name
        self.tell(f"cluster {name} ({found[name].version}), issuer {found[name].issuer}")
        return found[name]

    def _ingress_class(self, run: Opened, environment: Environment, target: Target, cluster: Cluster | None) -> None:
        if "ingress_class" in self.given:
            return
        connect_cluster(run, environment, _with(target, cluster))
        found = ingress_classes(run)
        if found is None or not found.names:
            why = "could not be looked at" if found is None else "there is none yet"
            self.tell(f"IngressClass {NGINX}, the usual one: {why}")
            return
        usual = found.default or (NGINX if NGINX in found.names else found.names[0])
        name = usual
        if len(found.names) > 1 and not found.default:
            name = self._chosen("ingress_class", "Which IngressClass", found.names, usual)
        self.values["ingress_class"] = name
        self.tell(f"IngressClass {name}")

    def _bucket(self, run: Opened, environment: Environment, target: Target) -> None:
        if "bucket" in self.given:
            return
        name = free_bucket(run, environment.bucket, target.place)
        if name != environment.bucket:
            self.values["bucket"] = name
            self.tell(f"bucket {name}: {environment.bucket} is another's")

    def _chosen(self, key: str, question: str, answers: Sequence[str], usual: str = "") -> str:
        """Give one of several, as somebody answers; note it as missing where there is nobody."""
        if self.ask is None:
            self.missing.append(f"{_option(key)} (one of {', '.join(answers)})")
            return usual
        return self.ask(question, answers, usual or answers[0])

    def _asked(self, key: str, question: str) -> None:
        if key in self.given:
            return
        if self.ask is None:
            self.missing.append(_option(key))
            return
        answer = self.ask(question, (), "")
        if answer:
            self.values[key] = answer


PEOPLE = {
    "domain": "Under which host name is it reached (empty: say it later)",
    "email": "To which address does the certificate authority write (empty: say it later)",
}


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _with(target: Target, cluster: Cluster | None) -> Target:
    from attrs import evolve

    return evolve(target, cluster=cluster) if cluster is not None else target
