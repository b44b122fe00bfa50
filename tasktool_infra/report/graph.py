"""The command ``graph``: without a call from settings alone, or with what a plan does to each resource."""

import sys
from argparse import Namespace
from collections.abc import Collection, Mapping

from tasktool_infra.aws.place import Place
from tasktool_infra.engine.resource import Resource
from tasktool_infra.least_privilege.grant import resources_of
from tasktool_infra.report.mermaid import mermaid
from tasktool_infra.sdk import load, plan
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import Target
from tasktool_infra.wishes import chosen

NOWHERE = Place("000000000000", "aws", "us-east-1")
"""Where nothing is: a picture shows names, which do not depend on the account."""
ISSUER = "https://oidc.example.com/id/0"


def described(environment: Environment, found: Mapping[str, str]) -> tuple[Resource, ...]:
    """Give the resources of an environment from its settings, and from the facts of a target as far as they are known.

    Raises what kustomize says.
    """
    account = found.get("account") or environment.account or NOWHERE.account
    region = found.get("region") or environment.region or NOWHERE.region
    place = Place(account, found.get("partition", NOWHERE.partition), region)
    issuer = environment.oidc_provider_url or found.get("issuer", ISSUER)
    return tuple(resources_of(environment, Target(place=place, caller="", aws_endpoint="", issuer=issuer)))


def _resources(options: Namespace, found: Mapping[str, str]) -> Collection[Resource]:
    loaded = [load(name, config=options.config, **options.settings) for name in options.environments]
    every = tuple(resource for environment in loaded for resource in described(environment, found))
    names = [name for each in options.only for name in each.split(",") if name]
    return [item for item in chosen(every, names, removing=True) if isinstance(item, Resource)]


def drawn(options: Namespace) -> None:
    """Print the picture without asking anybody."""
    sys.stdout.write(mermaid(_resources(options, {})))


def drawn_plan(options: Namespace) -> None:
    """Print the picture with what provision would do, also to what is not wanted any more."""
    made = plan(
        options.environments, only=options.only, sandbox=options.sandbox, config=options.config, **options.settings
    )
    sys.stdout.write(mermaid(_resources(options, made.target), made.changes))
