"""The public calls: load, plan, provision, verify, teardown, permissions, check_permissions."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tasktool_infra.consent import Confirm
from tasktool_infra.engine.events import Listeners
from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Plan
from tasktool_infra.order import Order
from tasktool_infra.orders import What, begun, order
from tasktool_infra.running import carried_out, planned
from tasktool_infra.settings import load as settings
from tasktool_infra.settings.environment import Environment

if TYPE_CHECKING:
    from tasktool_infra.least_privilege.checking import Checked
    from tasktool_infra.least_privilege.grant import Grant
    from tasktool_infra.proving import Verification

T = TypeVar("T")


def load(name: str, *, config: str | Path | None = None, **settings_given: Any) -> Environment:
    """Give an environment by its name, read from ``environments.toml``; ``settings_given`` win over the file.

    Raises SettingsError for an unknown name and for every setting that is not possible.
    """
    return settings.load(name, config=Path(config) if config else None, options=settings_given)


def plan(
    what: What,
    *,
    only: str | Iterable[str] | None = None,
    sandbox: bool = False,
    adopt: bool = False,
    confirm: Confirm = None,
    delete_data: bool = False,
    config: str | Path | None = None,
    owner: Owner | None = None,
    teardown: bool = False,
    cluster_gone: bool = False,
    **settings_given: Any,
) -> Plan:
    """Give what :func:`provision` would do (or :func:`teardown`, when told so), without doing it; takes what they take.

    Writes nothing. ``confirm`` is taken so that the three calls can share their arguments; a plan needs none.
    """
    del confirm
    return _watched(
        planned,
        order(
            "teardown" if teardown else "plan",
            what,
            only=only,
            sandbox=sandbox,
            adopt=adopt,
            delete_data=delete_data,
            cluster_gone=cluster_gone,
            config=config,
            owner=owner,
            given=settings_given,
        ),
    )


def provision(
    what: What,
    *,
    only: str | Iterable[str] | None = None,
    sandbox: bool = False,
    adopt: bool = False,
    confirm: Confirm = None,
    delete_data: bool = False,
    config: str | Path | None = None,
    owner: Owner | None = None,
    plan: Plan | str | Path | None = None,
    **settings_given: Any,
) -> Result:
    """Make and repair everything of ``what``, and give what was done.

    Takes an environment or its name, several of them, or resources of one's own with their ``owner``; ``only`` names
    layers (``aws``, ``access``) or resources; ``sandbox`` works in the embedded cloud; ``adopt`` takes over what
    carries no mark; ``confirm`` answers what needs a yes (True, or a function of the plan); further settings are those
    of ``environments.toml`` and win over it. With ``delete_data`` what is no longer wanted goes with its data.
    A ``plan`` (or the file that it was saved in) is carried out with the options that it was made with.

    Raises PlanRefused, PlanMoved, Declined (nothing was written), RunFailed (``result`` lists what stands), ApiError.
    """
    return _watched(
        carried_out,
        order(
            "provision",
            what,
            only=only,
            sandbox=sandbox,
            adopt=adopt,
            delete_data=delete_data,
            confirm=confirm,
            plan=plan,
            config=config,
            owner=owner,
            given=settings_given,
        ),
    )


def verify(
    what: What,
    *,
    only: str | Iterable[str] | None = None,
    sandbox: bool = False,
    live: bool = False,
    config: str | Path | None = None,
    owner: Owner | None = None,
    **settings_given: Any,
) -> "Verification":
    """Hold everything that is wanted of ``what`` against what stands, and give all the claims; writes nothing.

    Takes what :func:`plan` takes; with ``live`` the roles of the ServiceAccounts are taken by tokens of theirs, for one
    query each that finds nothing. A claim that does not hold is no error: look at ``broken`` or ``ok``. Raises what
    stands in the way of looking at all: ApiError without credentials, Refused for another target than was asked for.
    """
    from tasktool_infra.proving import verified

    return _watched(
        verified,
        order("verify", what, only=only, sandbox=sandbox, live=live, config=config, owner=owner, given=settings_given),
    )


def teardown(
    what: What,
    *,
    only: str | Iterable[str] | None = None,
    sandbox: bool = False,
    adopt: bool = False,
    confirm: Confirm = None,
    delete_data: bool = False,
    config: str | Path | None = None,
    owner: Owner | None = None,
    cluster_gone: bool = False,
    plan: Plan | str | Path | None = None,
    **settings_given: Any,
) -> Result:
    """Remove everything of ``what`` that is ours, and give what was done; takes what :func:`provision` takes.

    Table, bucket and repositories with images stay, unless ``delete_data``. ``cluster_gone`` leaves Kubernetes out,
    once EKS itself says that the cluster is gone. Always needs a yes; ``adopt`` has no effect here. Raises as
    :func:`provision` does.
    """
    del adopt
    return _watched(
        carried_out,
        order(
            "teardown",
            what,
            only=only,
            sandbox=sandbox,
            confirm=confirm,
            plan=plan,
            delete_data=delete_data,
            cluster_gone=cluster_gone,
            config=config,
            owner=owner,
            given=settings_given,
        ),
    )


def _watched(run: Callable[[Order], T], asked: Order) -> T:
    """Do it, and take away whatever says that something is under way."""
    try:
        return run(asked)
    finally:
        asked.listeners.close()


def permissions(
    what: str | Environment,
    command: str,
    *,
    sandbox: bool = False,
    config: str | Path | None = None,
    **settings_given: Any,
) -> "Grant":
    """Give what a command (``plan``, ``provision``, ``doctor`` and so on) must be allowed for an environment.

    Calls nobody when ``account``, ``region`` and ``oidc_provider_url`` are set; else asks AWS where it is. For ``init``
    the environment is in no file yet: what is given counts alone. Raises what :func:`plan` raises before it reads.
    """
    from tasktool_infra.least_privilege.grant import grant
    from tasktool_infra.least_privilege.place import located

    environment = begun(what, command, config, settings_given)
    return grant(environment, command, located(environment, command, Listeners(), sandbox=sandbox))


def check_permissions(
    what: str | Environment,
    command: str,
    *,
    sandbox: bool = False,
    config: str | Path | None = None,
    **settings_given: Any,
) -> "Checked":
    """Give which of the :func:`permissions` of a command the caller lacks, in AWS and in the cluster; tries none.

    AWS answers for the policies of the caller and of the organization (iam:SimulatePrincipalPolicy), the cluster for
    each right (SelfSubjectAccessReview). Takes and raises what :func:`permissions` does, and always calls both.
    """
    from tasktool_infra.least_privilege.checking import checked

    return checked(begun(what, command, config, settings_given), command, Listeners(), sandbox=sandbox)
