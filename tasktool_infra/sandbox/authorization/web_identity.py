"""AssumeRoleWithWebIdentity as STS does it: the token is proven, then the role's trust is asked.

Source: STS API reference, AssumeRoleWithWebIdentity and its errors; IAM user guide, "Create an OpenID Connect identity
provider in IAM". moto takes any token.
"""

import time
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from moto.core.responses import ActionResult
from moto.eks.models import eks_backends
from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from tasktool_infra.aws.authorization.evaluation import Request, evaluate
from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.documents.parts import Principal
from tasktool_infra.aws.irsa import host_and_path
from tasktool_infra.sandbox import jwt
from tasktool_infra.sandbox.authorization.refusals import QUERY, Refusal, answer
from tasktool_infra.values.frozen import FrozenDict

ACTION = "sts:AssumeRoleWithWebIdentity"
NOT_VALID = (
    "The web identity token that was passed could not be validated by AWS. Get a new identity token from the identity "
    "provider and then retry the request."
)
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity "
    "documentation for requirements"
)
LONGEST = 43200


class RefusedError(Exception):
    """STS gives no credentials; ``refusal`` says why."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.refusal = Refusal(code, message, status)


@frozen
class Identity:
    """Who a proven token speaks for, and by which provider."""

    subject: str
    audiences: tuple[str, ...]
    provider: str
    issuer: str


def assume_role_with_web_identity(response: Any) -> Any:
    """Answer the call in the place of moto's own method."""
    names = ("RoleArn", "RoleSessionName", "WebIdentityToken", "DurationSeconds", "Policy")
    role, session, token, duration, policy = (response._get_param(name) for name in names)  # noqa: SLF001 - moto's way
    seconds = int(duration or 3600)
    try:
        identity = admit(token, role, seconds, response.current_account, get_partition(response.region))
    except RefusedError as error:
        refused = answer(error.refusal, QUERY)
        return refused.body.decode(), {**refused.headers, "status": refused.status}
    made = response.backend.assume_role(
        region_name=response.region,
        role_session_name=session,
        role_arn=role,
        policy=policy,
        duration=seconds,
        external_id=None,
    )
    proven = {"SubjectFromWebIdentityToken": identity.subject, "Audience": identity.audiences[0]}
    user = {"AssumedRoleId": made.user_id, "Arn": made.arn}
    return ActionResult({"Credentials": made, "AssumedRoleUser": user, "Provider": identity.provider, **proven})


def admit(token: str, role_arn: str, seconds: int, account: str, partition: str) -> Identity:
    """Give who may take the role by this token; raises RefusedError as STS refuses."""
    identity = prove(token, account, partition)
    iam = iam_backends[account][partition]
    role = next((each for each in iam.roles.values() if each.arn == role_arn), None)
    trust = Document.parse(role.assume_role_policy_document) if role else None
    if trust is None or not evaluate(_request(identity, role_arn), [trust]).allowed:
        raise RefusedError("AccessDenied", f"Not authorized to perform {ACTION}", 403)
    longest = int(getattr(role, "max_session_duration", None) or 3600)
    if seconds > min(longest, LONGEST):
        said = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise RefusedError("ValidationError", said)
    return identity


def prove(token: str, account: str, partition: str) -> Identity:
    """Check provider, audience, signature and life of a token, in this order; raises RefusedError."""
    try:
        found = jwt.parse(token)
    except jwt.TokenError as error:
        raise RefusedError("InvalidIdentityToken", NOT_VALID) from error
    issuer = str(found.claims.get("iss", ""))
    provider = _provider(issuer, account, partition)
    if not set(found.audiences) & set(provider.client_id_list):
        raise RefusedError("InvalidIdentityToken", "Incorrect token audience")
    keys = _keys(issuer, account)
    if keys is None:
        raise RefusedError("InvalidIdentityToken", NO_KEY)
    if not jwt.signed_by(found, keys):
        raise RefusedError("InvalidIdentityToken", NOT_VALID)
    _check_life(found.claims)
    return Identity(str(found.claims.get("sub", "")), found.audiences, provider.arn, host_and_path(issuer))


def _check_life(claims: Mapping[str, Any]) -> None:
    now, end, start = time.time(), claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(end, int | float) or not isinstance(start, int | float) or now < start:
        raise RefusedError("InvalidIdentityToken", NOT_VALID)
    if now >= end:
        said = f"Token expired: current date/time {int(now)} must be before the expiration date/time{int(end)}"
        raise RefusedError("ExpiredTokenException", said)


def _provider(issuer: str, account: str, partition: str) -> Any:
    known = iam_backends[account][partition].open_id_providers.values()
    found = next((each for each in known if host_and_path(each.url) == host_and_path(issuer)), None)
    if found is None or not issuer:
        raise RefusedError("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {issuer}")
    return found


def _keys(issuer: str, account: str) -> Mapping[str, Any] | None:
    """Give the keys that an issuer publishes: that of a cluster here, since there is no other to be reached."""
    for backend in eks_backends[account].values():
        for cluster in backend.clusters.values():
            if cluster.identity["oidc"]["issuer"] == issuer and hasattr(cluster, "signing_keys"):
                found: Mapping[str, Any] = cluster.signing_keys()
                return found
    return None


def _request(identity: Identity, role_arn: str) -> Request:
    keys = {f"{identity.issuer}:aud": identity.audiences, f"{identity.issuer}:sub": (identity.subject,)}
    principal = Principal("Federated", identity.provider)
    return Request(action=ACTION, resource=role_arn, principal=principal, context=FrozenDict(keys))
