"""An EKS cluster, which is looked at and never changed."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from attrs import evolve, frozen

from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import GONE, Call, Reading, Step
from tasktool_infra.engine.fields import fact, identity
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Departure, Example, Refusal, Removal

USABLE = frozenset({"ACTIVE", "UPDATING"})
"""The states in which a cluster's API answers. Source: EKS API reference, Cluster, status."""

ARN = re.compile(r"arn:(?P<partition>[^:]+):eks:(?P<region>[^:]+):(?P<account>\d+):cluster/(?P<name>[^/]+)")


@frozen(kw_only=True)
class Cluster(AwsResource):
    """An EKS cluster. Source: EKS API reference, DescribeCluster.

    All but the name are facts. ``certificate_authority`` is PEM in base64, ``issuer`` the URL of its OIDC issuer; both,
    like ``endpoint``, are empty while the cluster is being created. ``authentication_mode`` says whether access entries
    count (``API``), the ConfigMap aws-auth (``CONFIG_MAP``) or both; empty when EKS does not say.
    """

    kind = "eks_cluster"
    read_only: ClassVar[str] = "the cluster is not ours: it is looked at, never made, changed or removed"

    name: str = identity()
    arn: str = fact(default="")
    status: str = fact(default="")
    version: str = fact(default="")
    endpoint: str = fact(default="")
    certificate_authority: str = fact(default="", repr=False)
    issuer: str = fact(default="")
    authentication_mode: str = fact(default="")
    public_access: bool = fact(default=False)
    private_access: bool = fact(default=False)
    public_access_cidrs: tuple[str, ...] = fact(default=(), converter=tuple)

    def marked(self, owner: Owner) -> Self:
        """Give this as it is: a cluster that is not ours carries no mark of ours."""
        del owner
        return self

    def read(self) -> Reading[Self | None]:
        """Read the cluster; None only where EKS says that there is none of this name in the region."""
        expects = {"ResourceNotFoundException": GONE}
        answer = yield Call("eks", "describe_cluster", {"name": self.name}, expects=expects)
        return None if answer is GONE else self._live(answer["cluster"])

    def _live(self, found: Any) -> Self:
        network = found.get("resourcesVpcConfig", {})
        return evolve(
            self,
            name=found["name"],
            arn=found["arn"],
            status=found["status"],
            version=found.get("version", ""),
            endpoint=found.get("endpoint") or "",
            certificate_authority=found.get("certificateAuthority", {}).get("data") or "",
            issuer=found.get("identity", {}).get("oidc", {}).get("issuer") or "",
            authentication_mode=found.get("accessConfig", {}).get("authenticationMode", ""),
            public_access=network.get("endpointPublicAccess", False),
            private_access=network.get("endpointPrivateAccess", False),
            public_access_cidrs=network.get("publicAccessCidrs", ()),
        )

    @classmethod
    def of(cls, arn: str) -> "Cluster | None":
        """Give the cluster that an ARN names; None when it is no ARN of a cluster."""
        found = ARN.fullmatch(arn)
        return cls(name=found["name"], arn=arn) if found else None

    @property
    def home(self) -> Place:
        """Where it is, as its ARN says."""
        found = ARN.fullmatch(self.arn)
        return Place(found["account"], found["partition"], found["region"]) if found else self.place

    @property
    def usable(self) -> bool:
        """Whether the API of the cluster can be reached by what is known: state, endpoint and CA."""
        return self.status in USABLE and bool(self.endpoint and self.certificate_authority)

    def refuses(self, live: Self | None) -> Iterator[Refusal]:
        """Refuse a cluster that does not exist, or is in no state to be used."""
        if live is None:
            yield Refusal("there is no such cluster in this account and region", "Set `eks_cluster_name`.")
        elif not live.usable:
            yield Refusal(f"the cluster is {live.status}", "Wait until it is ACTIVE, then run again.")

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Give no step."""
        yield from ()

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Let it stay."""
        return Departure(stays="the cluster is not ours")

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give none; ``read_only`` says why."""
        return ()
