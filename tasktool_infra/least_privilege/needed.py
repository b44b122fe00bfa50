"""What a command needs of AWS, action by action."""

from collections.abc import Iterable, Iterator, Mapping

from tasktool_infra.aws.authorization.needs import needs
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.place import Place
from tasktool_infra.aws.stray_kinds import LISTINGS, IamNames
from tasktool_infra.aws.strays import SERVICE
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.resource import Resource
from tasktool_infra.irsa.looking import role_calls
from tasktool_infra.least_privilege.operations import EXAMINED, KINDS, makes
from tasktool_infra.least_privilege.parameters import parameters

PLAN, PROVISION, TEARDOWN, VERIFY, DOCTOR, INIT = COMMANDS = (
    "plan",
    "provision",
    "teardown",
    "verify",
    "doctor",
    "init",
)

ANY = "*"
ALIASES = Call("iam", "list_account_aliases")
"""The account's name beside its number; a run that may not ask leaves it out."""


def needed(
    command: str, resources: Iterable[Resource], place: Place, names: IamNames, cluster: str = ""
) -> frozenset[Need]:
    """Give every action that a command may need for these resources, whatever it finds there.

    Takes the command, the resources at their place, how the environment's roles and policies are called, and the name
    of the EKS cluster: :data:`ANY` where it is to be found out, empty where there is none.
    """
    ours = [resource for resource in resources if isinstance(resource, AwsResource)]
    paths = {role.name: role.path for role in ours if isinstance(role, Role)}
    found = {need for resource in ours for need in _of(command, resource, place, paths)}
    proving = [call for each in ours if command == VERIFY and isinstance(each, Role) for call in role_calls(each)]
    found |= _searching(place, names) if command != DOCTOR else set()
    return frozenset(found.union(*(needs(call, place, paths) for call in (*_target(command, cluster), *proving))))


def _target(command: str, cluster: str) -> Iterator[Call]:
    """Give what finding out the target needs."""
    yield ALIASES
    if cluster:
        yield Call("eks", "describe_cluster", {"name": cluster})
    if cluster == ANY:
        yield Call("eks", "list_clusters")
    if cluster and command == DOCTOR:
        yield Call("eks", "describe_cluster_versions")


def _searching(place: Place, names: IamNames) -> set[Need]:
    """Give what the search for what is no longer wanted needs: it asks IAM for the tags of whatever is called so."""
    any_role = f"*{names.end}"
    named = {
        "RoleName": any_role,
        "PolicyArn": place.iam(f"policy/*{names.part}*{names.end}"),
        "OpenIDConnectProviderArn": place.iam("oidc-provider/*"),
    }
    lists = (Call(SERVICE, "get_resources"), *(Call("iam", each.lists) for each in LISTINGS.values()))
    looks = (Call("iam", each.look, named) for each in LISTINGS.values())
    return {need for call in (*lists, *looks) for need in needs(call, place, {any_role: names.path})}


def operations(command: str, resource: Resource) -> tuple[str, ...]:
    """Give the operations that a command may call for one resource."""
    known = KINDS[resource.kind]
    if command == DOCTOR:
        return EXAMINED.get(resource.kind, ())
    if command == TEARDOWN:
        # Images go with their repository: nobody looks for them.
        return () if resource.kind == "ecr_image" else (*known.reads, *known.examines, *known.removes)
    return (*known.reads, *(makes(resource) if command == PROVISION else ()))


def _of(command: str, resource: AwsResource, place: Place, paths: Mapping[str, str]) -> Iterator[Need]:
    said, known = parameters(resource), KINDS[resource.kind]
    for operation in operations(command, resource):
        for role in said["RoleName"] if isinstance(said.get("RoleName"), tuple) else (said.get("RoleName"),):
            call = Call(known.service, operation, {**said, "RoleName": role or ""})
            yield from needs(call, place, paths)
            if role and operation in (*known.reads, *known.examines, *known.removes):
                # Whoever asks for a role that is not there, or takes something off one that is gone, names no path.
                yield from needs(call, place, {role: "/"})
