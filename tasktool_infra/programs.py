"""The variables of the application's programs, as their ConfigMaps have them, for running them beside the sandbox."""

from tasktool_infra.aws.place import Place
from tasktool_infra.rendering import rendered
from tasktool_infra.sandbox.facts import Sandbox
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import Target

EMULATED = "localstack"
"""The stage in which the programs expect an emulator: only then is a bucket addressed by path, not by host name."""
NOT_OURS = ("TZ",)
"""What would change more than the programs in a shell."""


def program_variables(environment: Environment, sandbox: Sandbox) -> dict[str, str]:
    """Give what the programs are told of an environment that stands in a sandbox; raises what kustomize says."""
    place = Place(account=sandbox.account, region=environment.region or sandbox.region)
    target = Target(place=place, caller="", aws_endpoint=sandbox.aws_endpoint, sandbox=True)
    maps = [each["data"] for each in rendered(environment, target.place) if each["kind"] == "ConfigMap"]
    told = {name: value for data in maps for name, value in data.items() if name not in NOT_OURS}
    return {
        **told,
        "STAGE": EMULATED,
        "AWS_ENDPOINT": sandbox.aws_endpoint,
        "AWS_ACCESS_KEY_ID": sandbox.access_key_id,
        "AWS_SECRET_ACCESS_KEY": sandbox.secret_access_key,
    }
