"""From ARNs to kinds: what something is, by its ARN, and how the lists of IAM are read."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.dynamodb_keys import Attribute
from tasktool_infra.aws.dynamodb_table import Table
from tasktool_infra.aws.ecr_repository import Repository
from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.oidc_provider import OidcProvider
from tasktool_infra.aws.place import Place
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.engine.owner import Owner

_NOTHING = Document.parse({"Version": "2012-10-17", "Statement": []})
_ARN = re.compile(r"arn:[a-z0-9-]+:(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account>\d*):(?P<resource>.+)")
_KINDS: Mapping[str, tuple[str, Callable[[re.Match[str]], AwsResource]]] = {
    "dynamodb": (r"table/(?P<name>[^/]+)", lambda found: Table(name=found["name"], hash_key=Attribute("unknown"))),
    "s3": (r"(?P<name>[^/:]+)", lambda found: Bucket(name=found["name"])),
    "ecr": (r"repository/(?P<name>.+)", lambda found: Repository(name=found["name"])),
}
_IAM: Mapping[str, tuple[str, Callable[[re.Match[str]], AwsResource]]] = {
    "role": (
        r"role(?P<path>/(?:.+/)?)(?P<name>[^/]+)",
        lambda found: Role(name=found["name"], path=found["path"], trust=_NOTHING),
    ),
    "policy": (
        r"policy(?P<path>/(?:.+/)?)(?P<name>[^/]+)",
        lambda found: Policy(name=found["name"], path=found["path"], document=_NOTHING),
    ),
    "oidc-provider": (r"oidc-provider/(?P<name>.+)", lambda found: OidcProvider(url=found["name"])),
}


def described(arn: str, owner: Owner, place: Place, *, shared: bool = False) -> AwsResource | None:
    """Give what an ARN names, with its owner's mark, so that it can be looked at; None for a kind that is not ours.

    A repository may be ``shared``. Source: Service authorization reference, resource types of each service.
    """
    found = _ARN.fullmatch(arn)
    if found is None:
        return None
    name, resource = found["service"], found["resource"]
    pattern, make = (_IAM.get(resource.partition("/")[0]) if name == "iam" else _KINDS.get(name)) or ("", None)
    parts = re.fullmatch(pattern, resource)
    if make is None or parts is None:
        return None
    made = make(parts)
    return (evolve(made, shared=shared) if isinstance(made, Repository) else made).marked(owner).at(place)


def is_of_iam(arn: str) -> bool:
    """Say whether an ARN is one of IAM's."""
    found = _ARN.fullmatch(arn)
    return found is not None and found["service"] == "iam"


@frozen(kw_only=True)
class IamNames:
    """How the roles and policies of one environment are called: a path of roles, a part of each name, and its end.

    Names that begin with one of ``others`` belong to other environments, so that nobody needs to ask for their tags.
    """

    path: str
    part: str
    end: str = ""
    others: tuple[str, ...] = ()

    def fits(self, resource: AwsResource) -> bool:
        """Say whether a resource of IAM is called so."""
        if isinstance(resource, OidcProvider):
            return True
        assert isinstance(resource, Role | Policy)
        placed = resource.path == self.path if isinstance(resource, Role) else self.part in resource.name
        return placed and resource.name.endswith(self.end) and not resource.name.startswith(self.others)


@frozen(kw_only=True)
class Listing:
    """How IAM lists one of its kinds, and how the tags of one are had: by the very call that reads it later."""

    lists: str
    holds: str
    look: str
    address: Callable[[Mapping[str, Any]], dict[str, str]]
    tags: str
    paged: bool = True


LISTINGS = {
    "iam:ListRoles": Listing(
        lists="list_roles",
        holds="Roles",
        look="get_role",
        address=lambda each: {"RoleName": each["RoleName"]},
        tags="Role.Tags",
    ),
    "iam:ListPolicies": Listing(
        lists="list_policies",
        holds="Policies",
        look="get_policy",
        address=lambda each: {"PolicyArn": each["Arn"]},
        tags="Policy.Tags",
    ),
    "iam:ListOpenIDConnectProviders": Listing(
        lists="list_open_id_connect_providers",
        holds="OpenIDConnectProviderList",
        look="get_open_id_connect_provider",
        address=lambda each: {"OpenIDConnectProviderArn": each["Arn"]},
        tags="Tags",
        paged=False,
    ),
}
"""By the action that a caller must be allowed."""
