"""Tokens of a real API server: asked for as we ask, they become roles in the sandbox's STS; forged ones do not."""

import json
from types import SimpleNamespace
from typing import Any
from urllib.request import Request

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import rsa

from tasktool_infra.aws.irsa import AUDIENCE, irsa_trust
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.kube.token import StaticToken
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.sandbox import jwt
from tasktool_infra.sandbox.aws_server import aws_server, plant_cluster
from tests.contract.roles import ACCOUNT, REGION
from tests.controlplane.api import Api
from tests.controlplane.cluster import Cluster
from tests.sessions import Session, assume, keys

ROLE = f"arn:aws:iam::{ACCOUNT}:role/Robot"
ADDRESS = {"api_version": "v1", "kind": "ServiceAccount", "namespace": "default", "name": "robot"}


def asked(cluster: Cluster, audience: str = AUDIENCE) -> str:
    access = ClusterAccess(
        run_id="tokens", endpoint=cluster.endpoint, ca=cluster.ca.decode(), tokens=StaticToken(cluster.token)
    )
    answer = KubeTransport(access).send(Call(SERVICE, "token", {**ADDRESS, "audience": audience}))
    found: str = answer["status"]["token"]
    return found


def published(api: Api) -> Any:
    """Give the keys of the cluster's issuer, which it shows in their own media type only."""
    headers = {"Authorization": f"Bearer {api.token}", "Accept": "application/jwk-set+json"}
    with api.opener.open(Request(f"{api.endpoint}/openid/v1/jwks", headers=headers), timeout=30) as answer:
        return json.load(answer)


def test_a_token_of_a_real_api_server_becomes_a_role(real_cluster: Cluster) -> None:
    api = Api(real_cluster.endpoint, real_cluster.ca.decode(), real_cluster.token)
    api.call("POST", "/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "robot"}})
    token = asked(real_cluster)
    claims = jwt.parse(token).claims
    with aws_server(ACCOUNT) as endpoint:
        plant_cluster(
            ACCOUNT,
            REGION,
            "real",
            endpoint=real_cluster.endpoint,
            ca="Y2E=",
            issuer=claims["iss"],
            keys=lambda: published(api),
        )
        aws: Any = SimpleNamespace(aws_endpoint=endpoint, region=REGION)
        host = claims["iss"].removeprefix("https://")
        trust = irsa_trust(Place(ACCOUNT).iam(f"oidc-provider/{host}"), host, "default", "robot").to_json()
        iam = Session(aws, keys("AKIAADMINISTRATOR", "secret")).client("iam")
        iam.create_role(RoleName="Robot", AssumeRolePolicyDocument=trust)
        assert assume(aws, ROLE, token).client("sts").get_caller_identity()["Arn"].endswith("assumed-role/Robot/a-pod")
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        for candidate in (jwt.sign(claims, other), asked(real_cluster, "somebody.else")):
            with pytest.raises(ClientError, match="InvalidIdentityToken"):
                assume(aws, ROLE, candidate)
