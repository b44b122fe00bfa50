"""How a caller whom a cluster does not know is let in: the access entry, or the line of aws-auth, for just this caller.

Source: EKS user guide, "Grant IAM users access to Kubernetes with EKS access entries", and "… with a ConfigMap"; IAM
Identity Center user guide, "Referencing permission sets in … the Amazon EKS cluster config map".
"""

import re
import threading
from typing import Any

from attrs import define, field, frozen

from tasktool_infra.aws.answers import BAD_CREDENTIALS, may_have_ended
from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading
from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.engine.transport import Transport

SESSION = re.compile(r"arn:(?P<partition>[^:]+):sts::(?P<account>\d+):assumed-role/(?P<name>[^/]+)/.+")
SSO = "AWSReservedSSO_"
SSO_PATH = "aws-reserved/sso.amazonaws.com/"
DENIED = Meaning("not allowed to look")
ENTRIES, MAP = ("API", "API_AND_CONFIG_MAP"), "CONFIG_MAP"


@frozen
class Principal:
    """The IAM user or role that a caller is, as clusters know it; ``sure`` unless the role's path is a guess."""

    arn: str
    sure: bool = True

    @property
    def name(self) -> str:
        """The name, without any path."""
        return self.arn.rpartition("/")[2]

    @property
    def without_path(self) -> str:
        """The ARN as aws-auth wants it, which knows no paths of roles."""
        head, kind, rest = self.arn.partition(":role/")
        return f"{head}{kind}{rest.rpartition('/')[2]}" if kind else self.arn


def principal(caller: str) -> Reading[Principal]:
    """Give who a caller is: of a session (by SSO, or of an assumed role) its role, whose path the ARN does not tell."""
    session = SESSION.fullmatch(caller)
    if session is None:
        return Principal(caller)
    expects = {"NoSuchEntity": GONE, "AccessDenied": DENIED, "AccessDeniedException": DENIED}
    answer = yield Call("iam", "get_role", {"RoleName": session["name"]}, expects=expects)
    if not isinstance(answer, Meaning):
        return Principal(str(answer["Role"]["Arn"]))
    path = SSO_PATH if session["name"].startswith(SSO) else ""
    return Principal(f"arn:{session['partition']}:iam::{session['account']}:role/{path}{session['name']}", sure=False)


def introduction(cluster: Cluster, who: Principal) -> str:
    """Give what lets a caller into a cluster, as commands for whoever administers it."""
    lines = [f"The cluster {cluster.name} does not know {who.arn}. Who administers it lets this caller in with:"]
    if cluster.authentication_mode != MAP:
        lines.append(f"  {_entry(cluster, who)}")
    if cluster.authentication_mode not in ENTRIES:
        lines += ["or, where the cluster has no access entries:"] if len(lines) > 1 else []
        lines.append(f"  {_mapping(cluster, who)}")
    if not who.sure:
        look = f"aws iam get-role --role-name {who.name} --query Role.Arn"
        lines.append(f"The path of this role could not be looked up, and may be another; see: {look}")
    if cluster.authentication_mode != MAP:
        lines.append("An entry that is there and does not help is of an earlier role of this name: delete it first.")
    return "\n".join(lines)


def _entry(cluster: Cluster, who: Principal) -> str:
    about = f"--region {cluster.home.region} --cluster-name {cluster.name} --principal-arn {who.arn}"
    policy = f"arn:{cluster.home.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    return (
        f"aws eks create-access-entry {about}"
        f" && aws eks associate-access-policy {about} --policy-arn {policy} --access-scope type=cluster"
    )


def _mapping(cluster: Cluster, who: Principal) -> str:
    return (
        f"eksctl create iamidentitymapping --region {cluster.home.region} --cluster {cluster.name}"
        f" --arn {who.without_path} --username {who.name} --group system:masters"
    )


@define(eq=False)
class Introducer:
    """Finds out, once, what would let this caller into a cluster that does not know it."""

    aws: Transport
    cluster: Cluster
    caller: str
    _said: str = field(init=False, default="")
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def __call__(self) -> str:
        """Say it; many calls may be refused at the same time."""
        with self._lock:
            self._said = self._said or introduction(self.cluster, self._who())
            return self._said

    def _who(self) -> Principal:
        """Ask beside the driver, which is waiting for the call that was refused."""
        reading = principal(self.caller)
        try:
            call = next(reading)
            while True:
                assert isinstance(call, Call)
                call = reading.send(self._answer(call))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    def _answer(self, call: Call) -> Any:
        try:
            return self.aws.send(call)
        except TasktoolError as error:
            if may_have_ended(error) or getattr(error, "code", "") in BAD_CREDENTIALS:
                # Then it is not the cluster that does not know the caller.
                raise
            return call.expects.get(getattr(error, "code", ""), GONE)
