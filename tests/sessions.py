"""What pods do to get at AWS, for tests: a token of their ServiceAccount, and with it the credentials of its role."""

from typing import Any

import boto3
from attrs import field, frozen
from botocore.config import Config

from tasktool_infra.sandbox import Sandbox
from tests.controlplane.api import Api

AUDIENCE = "sts.amazonaws.com"
QUIET = Config(retries={"total_max_attempts": 1})


@frozen
class Session:
    """Credentials in a sandbox: those of a role, or of whoever is given."""

    sandbox: Sandbox
    keys: dict[str, str] = field(repr=False)

    def client(self, service: str, **options: Any) -> Any:
        """Give a client with these credentials."""
        defaults = {"endpoint_url": self.sandbox.aws_endpoint, "region_name": self.sandbox.region, "config": QUIET}
        return boto3.client(service, **(defaults | self.keys | options))


def administrator(sandbox: Sandbox) -> Session:
    """Give whoever has the sandbox's own key."""
    return Session(sandbox, keys(sandbox.access_key_id, sandbox.secret_access_key))


def keys(access_key: str, secret: str, token: str | None = None) -> dict[str, Any]:
    """Give credentials as boto wants them."""
    return {"aws_access_key_id": access_key, "aws_secret_access_key": secret, "aws_session_token": token}


def token(sandbox: Sandbox, namespace: str, account: str, audience: str = AUDIENCE) -> str:
    """Give the token that a pod of this ServiceAccount finds in its file."""
    api = Api(sandbox.kubernetes_endpoint, sandbox.ca_pem, sandbox.admin_token)
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
    answer = api.call("POST", path, {"spec": {"audiences": [audience]}}).need()
    found: str = answer["status"]["token"]
    return found


def assume(sandbox: Sandbox, role_arn: str, web_identity: str, **more: Any) -> Session:
    """Take a role by a token, without any other credentials, as a pod does; raises ClientError as STS refuses."""
    anonymous = Session(sandbox, keys("", "")).client("sts", config=Config(signature_version="unsigned"))
    asked = {"RoleArn": role_arn, "RoleSessionName": "a-pod", "WebIdentityToken": web_identity}
    made = anonymous.assume_role_with_web_identity(**(asked | more))["Credentials"]
    return Session(sandbox, keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]))
