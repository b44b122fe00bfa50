"""What the caller lacks of what a command needs, asked of IAM and the cluster before anything is tried."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from attrs import field, frozen

from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.documents import Document
from tasktool_infra.engine.calls import Reading
from tasktool_infra.engine.driver import Failure, Success, Task
from tasktool_infra.engine.errors import Interrupted, Problem, TasktoolError
from tasktool_infra.engine.events import Listeners
from tasktool_infra.exit_codes import foremost
from tasktool_infra.kube.rbac import Right, review
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.least_privilege.grant import Grant, grant
from tasktool_infra.least_privilege.place import check_asked
from tasktool_infra.least_privilege.policy import policies
from tasktool_infra.least_privilege.principal import SIMULATE, Unchecked, is_root, may_not, principal
from tasktool_infra.least_privilege.roles import roles
from tasktool_infra.least_privilege.simulating import LACKING, Verdicts, simulated
from tasktool_infra.opening import Opened, find_target, opened, prepare_kubeconfig
from tasktool_infra.reaching import connect_cluster
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import Target
from tasktool_infra.task_tool import APPLICATION

AWS, CLUSTER = "AWS", "the cluster"
UNKNOWN_CLUSTER = Unchecked(
    said="It is not known where the cluster is.",
    fix="Set `eks_cluster_name` or `context`.",
    problem=Problem.REFUSED,
)


@frozen(kw_only=True)
class Checked:
    """What a caller lacks: actions with how they are denied, and rights in the cluster.

    ``doubtful`` are actions of which IAM can't say whether they are allowed, with why; ``unchecked`` says of ``AWS`` or
    ``the cluster`` why it could not be asked.
    """

    grant: Grant
    caller: str
    denied: Mapping[Need, str] = field(factory=dict)
    doubtful: Mapping[Need, str] = field(factory=dict)
    rights: frozenset[Right] = frozenset()
    unchecked: Mapping[str, Unchecked] = field(factory=dict)

    @property
    def policies(self) -> tuple[Document, ...]:
        """What to add to the caller's policies; what is denied by other means, no policy of the caller's mends."""
        addable = [need for need, said in self.denied.items() if said == LACKING]
        return policies(addable, self.grant.attachable)

    @property
    def roles(self) -> dict[str, Any]:
        """What to apply to the cluster, for a group that the caller is to be in."""
        return roles(f"{APPLICATION}-{self.grant.environment}-{self.grant.command}", self.rights)

    @property
    def problem(self) -> Problem | None:
        """What stands in the way, or None: what is only doubtful does not."""
        if self.denied or self.rights:
            return Problem.DENIED
        return foremost(each.problem for each in self.unchecked.values())


def checked(environment: Environment, command: str, listeners: Listeners, *, sandbox: bool = False) -> Checked:
    """Ask AWS and the cluster, side by side, what the caller lacks; writes nothing.

    Raises as :func:`tasktool_infra.least_privilege.grant.grant` does, and what stands in the way of asking at all.
    """
    check_asked(environment)
    with opened(environment, listeners, sandbox=sandbox) as run:
        prepare_kubeconfig((environment,))
        target = find_target(run, environment)
        return _checked(run, environment, grant(environment, command, target), target)


def _checked(run: Opened, environment: Environment, granted: Grant, target: Target) -> Checked:
    told: dict[str, Any] = {AWS: Verdicts({}, {}), CLUSTER: frozenset()}
    tasks: dict[str, Task] = {}
    if not is_root(target.caller):
        tasks[AWS] = Task(_in_aws(granted, target))
    try:
        connect_cluster(run, environment, target)
    except TasktoolError as error:
        told[CLUSTER] = _why(error)
    else:
        if SERVICE in run.transports:
            tasks[CLUSTER] = Task(_in_cluster(granted))
        else:
            told[CLUSTER] = UNKNOWN_CLUSTER
    outcomes = run.driver.run(tasks)
    if run.driver.interrupted:
        raise Interrupted("Interrupted while asking; nothing was written.")
    told |= {where: _told(outcome) for where, outcome in outcomes.items()}
    return _sorted(partial(Checked, grant=granted, caller=target.caller), told)


def _sorted(make: partial[Checked], told: Mapping[str, Any]) -> Checked:
    unchecked = {where: said for where, said in told.items() if isinstance(said, Unchecked)}
    verdicts = Verdicts({}, {}) if AWS in unchecked else told[AWS]
    rights = frozenset() if CLUSTER in unchecked else told[CLUSTER]
    return make(denied=verdicts.denied, doubtful=verdicts.doubtful, rights=rights, unchecked=unchecked)


def _told(outcome: Any) -> Any:
    if isinstance(outcome, Success):
        return outcome.value
    assert isinstance(outcome, Failure)
    if isinstance(outcome.error, TasktoolError):
        return _why(outcome.error)
    raise outcome.error


def _why(error: TasktoolError) -> Unchecked:
    return Unchecked(said=error.message, fix=error.next_step, problem=error.problem)


def _in_aws(granted: Grant, target: Target) -> Reading[Verdicts | Unchecked]:
    source = yield from principal(target.caller)
    if isinstance(source, Unchecked):
        return source
    found = yield from simulated(source, granted.needs, granted.attachable, target.place.region)
    return may_not(target.caller, source, SIMULATE) if found is None else found


def _in_cluster(granted: Grant) -> Reading[frozenset[Right]]:
    asked = sorted(granted.rights, key=lambda right: (right.namespace, right.group, right.resource, right.verb))
    answers = yield tuple(review(right) for right in asked)
    pairs = zip(asked, answers, strict=True)
    return frozenset(right for right, answer in pairs if not answer["status"]["allowed"])
