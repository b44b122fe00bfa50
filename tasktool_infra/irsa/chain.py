"""What a chain is made of, as values: what is to be looked at, each link with how it was found, and the verdict."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from tasktool_infra.aws.authorization.needs import needs
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.irsa import host_and_path
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.resource import Key
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.values.frozen import FrozenDict
from tasktool_infra.workloads import pod_template

PROVISION = "Run provision: it makes this so."


def _texts(value: Mapping[str, str]) -> FrozenDict[str]:
    return FrozenDict(value)


@frozen(kw_only=True)
class Workload:
    """What runs pods of a program: its address, and the labels of its pods."""

    address: FrozenDict[str] = field(converter=_texts)
    labels: FrozenDict[str] = field(converter=_texts)

    @property
    def called(self) -> str:
        """How people call it: ``deployment/prod-task-service``."""
        return f"{self.address['kind'].lower()}/{self.address['name']}"


@frozen(kw_only=True)
class Chain:
    """One ServiceAccount, the role that its pods take, and what the program in them calls.

    ``issuer`` is the URL of the cluster's token issuer. ``real`` says that AWS and cluster are no emulators: IAM can
    simulate there, and EKS puts the role into pods.
    """

    account: ServiceAccount
    role: Role
    issuer: str
    calls: tuple[Call, ...]
    workloads: tuple[Workload, ...] = ()
    real: bool = True

    @property
    def key(self) -> Key:
        """What it is called beside resources."""
        return Key("irsa", f"{self.account.namespace}/{self.account.name}")

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.role.place

    @property
    def host(self) -> str:
        """The issuer as IAM names it."""
        return host_and_path(self.issuer)

    @property
    def provider_arn(self) -> str:
        """The ARN of the provider by which IAM believes the cluster."""
        return self.place.iam(f"oidc-provider/{self.host}")

    @property
    def subject(self) -> str:
        """What tokens of the ServiceAccount say that they are."""
        return f"system:serviceaccount:{self.account.namespace}:{self.account.name}"

    @property
    def needs(self) -> tuple[Need, ...]:
        """What the program must be allowed, without repetition."""
        return tuple(dict.fromkeys(need for call in self.calls for need in needs(call, self.place)))


@frozen(kw_only=True)
class Link:
    """One link: what must be, what was found, and what to do.

    ``ok`` is None where nobody could look, because of a link before it or for want of permission. ``hardening`` marks
    what only keeps others out; ``noun`` is what people call it, where that is not its name.
    """

    name: str
    wanted: Any
    found: Any
    ok: bool | None
    fix: str = ""
    hardening: bool = False
    noun: str = ""

    @property
    def says(self) -> str:
        """What people call it."""
        return self.noun or self.name.replace("_", " ")


@frozen(kw_only=True)
class Proof:
    """All links of a chain in their order, and what its role may do beyond what the program calls.

    ``unread`` are policies of the role that could not be read, and that count for nothing here.
    """

    chain: Chain
    links: tuple[Link, ...]
    spare: tuple[str, ...] = field(default=())
    unread: tuple[str, ...] = field(default=())

    @property
    def broken(self) -> Link | None:
        """The first link that does not hold; None when all do."""
        return next((link for link in self.links if link.ok is False and not link.hardening), None)

    @property
    def sentence(self) -> str:
        """The verdict in one sentence, with what to do."""
        who = f"Pods of the ServiceAccount {self.chain.account.namespace}/{self.chain.account.name}"
        if self.broken is None:
            return f"{who} can do in AWS what their program calls."
        link = self.broken
        said = f"{who} can't use AWS as they should: {link.says}: {told(link.found)} instead of {told(link.wanted)}."
        return " ".join([said, *link.fix.splitlines()])


def told(value: Any) -> str:
    """Give a value on one line."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def chains(
    resources: Iterable[Any], issuer: str | None, calls: Mapping[str, tuple[Call, ...]], *, real: bool
) -> tuple[Chain, ...]:
    """Give the chains among the wanted resources of an environment; ``calls`` by the ServiceAccount's name.

    Without an issuer there are none: nobody knows yet whom the roles should trust.
    """
    listed = list(resources)
    roles = {each.arn: each for each in listed if isinstance(each, Role)}
    accounts = [each for each in listed if isinstance(each, ServiceAccount) and each.role_arn in roles]
    if not issuer:
        return ()
    return tuple(
        Chain(
            account=account,
            role=roles[account.role_arn],
            issuer=issuer,
            calls=calls.get(account.name, ()),
            workloads=tuple(_workloads(listed, account)),
            real=real,
        )
        for account in accounts
    )


def _workloads(resources: Iterable[Any], account: ServiceAccount) -> Iterable[Workload]:
    for each in resources:
        template = pod_template(each.manifest()) if isinstance(each, Manifest) else None
        if template is not None and template["spec"].get("serviceAccountName") == account.name:
            yield Workload(address=each.address, labels=template["metadata"].get("labels") or {})
