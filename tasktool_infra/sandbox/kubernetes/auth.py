"""Who sends a request: the sandbox's admin, somebody with AWS credentials, or a ServiceAccount."""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime

from attrs import field, frozen

from tasktool_infra.sandbox.kubernetes import eks_token
from tasktool_infra.sandbox.kubernetes.tokens import ServiceAccountTokens

SCHEME = "Bearer "


@frozen
class Authenticator:
    """Knows the good tokens of one cluster."""

    admin_token: str = field(repr=False)
    cluster: str
    secrets: eks_token.Secrets = field(repr=False)
    tokens: ServiceAccountTokens
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def user(self, authorization: str) -> str | None:
        """Give the caller's name for the header `Authorization`, None when it proves nothing."""
        if not authorization.startswith(SCHEME):
            return None
        token = authorization.removeprefix(SCHEME)
        if hmac.compare_digest(token.encode(), self.admin_token.encode()):
            return "kubernetes-admin"
        return self.tokens.user(token) or self._aws_user(token)

    def _aws_user(self, token: str) -> str | None:
        try:
            return "aws:" + eks_token.verify(token, self.cluster, self.secrets, self.clock())
        except eks_token.TokenError:
            return None
