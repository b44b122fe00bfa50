"""Who has an access key of moto's: a session of a role or an IAM user, with the policies that bind it."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from attrs import field, frozen
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import PARTITION_NAMES

from tasktool_infra.aws.documents import Document
from tasktool_infra.values.frozen import FrozenDict


@frozen(kw_only=True)
class Caller:
    """A principal as its policies see it. ``session`` is the policy that was given when the role was taken."""

    arn: str
    principal: str
    """What aws:PrincipalArn is: of a session the role."""
    documents: tuple[Document, ...]
    boundary: Document | None = None
    session: Document | None = None
    token: str | None = field(default=None, repr=False)
    expires: datetime | None = None

    @property
    def partition(self) -> str:
        """Where the caller is."""
        return self.arn.split(":")[1]

    @property
    def context(self) -> FrozenDict[tuple[str, ...]]:
        """The condition keys that follow from the caller. What stays on this machine needs no TLS."""
        account = self.arn.split(":")[4]
        keys = {"aws:PrincipalArn": self.principal, "aws:PrincipalAccount": account, "aws:SecureTransport": "true"}
        return FrozenDict({key: (value,) for key, value in keys.items()})

    @property
    def expired(self) -> bool:
        """Whether the session has ended."""
        return self.expires is not None and datetime.now(UTC) >= self.expires


def find(access_key: str, account: str) -> Caller | None:
    """Give who has this key; None for one that neither STS nor IAM of this account gave out."""
    return next(filter(None, (_find(access_key, account, partition) for partition in PARTITION_NAMES)), None)


def _find(access_key: str, account: str, partition: str) -> Caller | None:
    session = sts_backends[account][partition].get_assumed_role_from_access_key(access_key)
    if session is not None:
        return _session(session, account, partition)
    iam = iam_backends[account][partition]
    user = iam.get_user_from_access_key_id(access_key)
    if user is None:
        return None
    return _user(user, iam)


def principal(arn: str, account: str, partition: str) -> Caller | None:
    """Give the user or the role with this ARN as its policies bind it; None when there is none."""
    iam = iam_backends[account][partition]
    user = next((each for each in iam.users.values() if each.arn == arn), None)
    if user is not None:
        return _user(user, iam)
    role = next((each for each in _roles(account, partition) if each.arn == arn), None)
    if role is None:
        return None
    boundary = _boundary(role, account, partition)
    return Caller(arn=arn, principal=arn, documents=tuple(_documents([role])), boundary=boundary)


def _user(user: Any, iam: Any) -> Caller:
    holders = [user, *iam.get_groups_for_user(user.name)]
    return Caller(arn=user.arn, principal=user.arn, documents=tuple(_documents(holders)))


def role_paths(account: str, partition: str) -> dict[str, str]:
    """Give the paths of all roles, by their names: they are part of their ARNs."""
    return {role.name: role.path for role in _roles(account, partition)}


def _session(session: Any, account: str, partition: str) -> Caller:
    role = next((each for each in _roles(account, partition) if each.arn == session.role_arn), None)
    # moto keeps time without a zone, in UTC.
    expires = session.expiration.replace(tzinfo=UTC) if session.expiration.tzinfo is None else session.expiration
    return Caller(
        arn=session.arn,
        principal=session.role_arn,
        documents=tuple(_documents([role] if role else [])),
        boundary=_boundary(role, account, partition),
        session=Document.parse(session.policy) if session.policy else None,
        token=session.session_token,
        expires=expires,
    )


def _roles(account: str, partition: str) -> list[Any]:
    return list(iam_backends[account][partition].roles.values())


def _documents(holders: Iterable[Any]) -> Iterable[Document]:
    for holder in holders:
        yield from map(_parsed, holder.policies.values())
        yield from (_default(policy) for policy in holder.managed_policies.values())


def _boundary(role: Any, account: str, partition: str) -> Document | None:
    arn = role.permissions_boundary_arn if role else None
    return _default(iam_backends[account][partition].get_policy(arn)) if arn else None


def _default(policy: Any) -> Document:
    version = next(each for each in policy.versions if each.version_id == policy.default_version_id)
    return _parsed(version.document)


def _parsed(document: Any) -> Document:
    return Document.parse(document if isinstance(document, str) else json.dumps(document))
