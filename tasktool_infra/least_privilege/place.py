"""Where an environment is: as its settings say, or as AWS says when they do not say enough."""

from tasktool_infra.aws.connection import Connection
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.errors import Refused
from tasktool_infra.engine.events import Listeners
from tasktool_infra.least_privilege.needed import INIT
from tasktool_infra.opening import find_target, opened
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import EMULATOR
from tasktool_infra.target import Target


def located(environment: Environment, command: str, listeners: Listeners, *, sandbox: bool) -> Target:
    """Give the target of an environment, without a call when account, region and (but for init) issuer are set.

    Raises what finding it out raises, and Refused where nothing has to be allowed.
    """
    check_asked(environment)
    known = environment.oidc_provider_url or command == INIT
    if environment.account and environment.region and known and not sandbox:
        partition = Connection("", environment.region).partition()
        return Target(
            place=Place(environment.account, partition, environment.region),
            caller="",
            aws_endpoint="",
            issuer=environment.oidc_provider_url,
            context=environment.context,
        )
    with opened(environment, listeners, sandbox=sandbox) as run:
        return find_target(run, environment)


def check_asked(environment: Environment) -> None:
    """Raise Refused where AWS asks nobody for permissions."""
    if environment.aws == EMULATOR:
        raise Refused(
            f"The environment {environment.name} is on an emulator, which asks nobody for permissions.",
            next_step=f"In the cluster it takes the ClusterRole admin in the namespace {environment.namespace}.",
        )
