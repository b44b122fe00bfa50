"""STS: a ServiceAccount's token becomes a role; every other token is refused, each with STS's own reason."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import rsa

from tasktool_infra.aws.irsa import irsa_trust
from tasktool_infra.sandbox import Sandbox, jwt
from tasktool_infra.sandbox.embedded import embedded
from tasktool_infra.sandbox.kubernetes import tokens
from tests.controlplane.api import Api
from tests.sessions import AUDIENCE, administrator, assume, token

ROLE = "arn:aws:iam::123456789012:role/app/Robot"
NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with embedded() as found:
        api = Api(found.kubernetes_endpoint, found.ca_pem, found.admin_token)
        for name in ("robot", "neighbour"):
            api.call("POST", "/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": name}}).need()
        administrator(found).client("iam").create_role(
            RoleName="Robot", Path="/app/", AssumeRolePolicyDocument=trust(found, "robot")
        )
        yield found


def provider(sandbox: Sandbox) -> str:
    return f"arn:aws:iam::{sandbox.account}:oidc-provider/{sandbox.issuer.removeprefix('https://')}"


def trust(sandbox: Sandbox, account: str) -> str:
    return irsa_trust(provider(sandbox), sandbox.issuer, "default", account).to_json()


def refused(sandbox: Sandbox, candidate: str, role: str = ROLE, **more: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as error:
        assume(sandbox, role, candidate, **more)
    answer: Any = error.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def forged(sandbox: Sandbox, key: rsa.RSAPrivateKey | None = None, **claims: Any) -> str:
    """Give a token with some claims changed, signed by the cluster's own key or another."""
    good = jwt.parse(token(sandbox, "default", "robot")).claims
    return jwt.sign(good | claims, key or tokens._key())


def test_the_token_of_the_account_that_is_trusted_becomes_the_role(sandbox: Sandbox) -> None:
    identity = assume(sandbox, ROLE, token(sandbox, "default", "robot")).client("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:sts::123456789012:assumed-role/Robot/a-pod"
    assert assume(sandbox, ROLE, forged(sandbox))


@pytest.mark.parametrize(
    ("claims", "code", "said"),
    [
        ({"iss": "https://elsewhere.example"}, "InvalidIdentityToken", "No OpenIDConnect provider found"),
        ({"iss": ""}, "InvalidIdentityToken", "No OpenIDConnect provider found"),
        ({"aud": ["kubernetes"]}, "InvalidIdentityToken", "Incorrect token audience"),
        ({"aud": []}, "InvalidIdentityToken", "Incorrect token audience"),
        ({"exp": time.time() - 1}, "ExpiredTokenException", "Token expired: current date/time"),
        ({"exp": None}, "InvalidIdentityToken", "could not be validated"),
        ({"nbf": time.time() + 600}, "InvalidIdentityToken", "could not be validated"),
        ({"sub": "system:serviceaccount:default:neighbour"}, "AccessDenied", NOT_AUTHORIZED),
        ({"sub": "system:serviceaccount:other:robot"}, "AccessDenied", NOT_AUTHORIZED),
    ],
)
def test_a_token_with_wrong_claims_is_refused(sandbox: Sandbox, claims: dict[str, Any], code: str, said: str) -> None:
    found = refused(sandbox, forged(sandbox, **claims))
    assert (found[0], found[2]) == (code, 403 if code == "AccessDenied" else 400)
    assert said in found[1]


def test_a_token_that_the_issuer_has_not_signed_is_refused(sandbox: Sandbox) -> None:
    good = token(sandbox, "default", "robot")
    head, claims, signature = good.split(".")
    unsigned = jwt._encoded(json.dumps({"alg": "none"}).encode())
    symmetric = jwt._encoded(json.dumps({**jwt.parse(good).head, "alg": "HS256"}).encode())
    another = jwt.parse(forged(sandbox, OTHER_KEY))
    named = jwt._encoded(json.dumps({**another.head, "kid": jwt.parse(good).head["kid"]}).encode())
    altered = jwt._encoded(json.dumps({**jwt.parse(good).claims, "exp": time.time() + 99999}).encode())
    for candidate in (
        forged(sandbox, OTHER_KEY),
        f"{named}.{claims}.{jwt._encoded(another.signature)}",
        f"{head}.{altered}.{signature}",
        f"{unsigned}.{claims}.",
        f"{symmetric}.{claims}.{signature}",
        f"{head}.{claims}.",
        "not-a-token",
        f"{claims}.{head}.{signature}"[:50],
    ):
        assert refused(sandbox, candidate)[0] == "InvalidIdentityToken", candidate


def test_a_neighbour_and_a_role_that_does_not_exist(sandbox: Sandbox) -> None:
    assert refused(sandbox, token(sandbox, "default", "neighbour")) == ("AccessDenied", NOT_AUTHORIZED, 403)
    good = token(sandbox, "default", "robot")
    assert refused(sandbox, good, ROLE + "s") == ("AccessDenied", NOT_AUTHORIZED, 403)
    assert refused(sandbox, good, DurationSeconds=43200)[0] == "ValidationError"


def test_the_provider_must_stand_and_have_the_audience(sandbox: Sandbox) -> None:
    iam, good = administrator(sandbox).client("iam"), token(sandbox, "default", "robot")
    address = {"OpenIDConnectProviderArn": provider(sandbox)}
    iam.remove_client_id_from_open_id_connect_provider(**address, ClientID=AUDIENCE)
    assert refused(sandbox, good)[:2] == ("InvalidIdentityToken", "Incorrect token audience")
    iam.delete_open_id_connect_provider(**address)
    assert "No OpenIDConnect provider found in your account" in refused(sandbox, good)[1]
    iam.create_open_id_connect_provider(Url=sandbox.issuer, ClientIDList=[AUDIENCE])
    assert assume(sandbox, ROLE, good)


def test_an_issuer_whose_keys_are_nowhere_proves_nothing(sandbox: Sandbox) -> None:
    issuer = "https://keys.nowhere.example"
    administrator(sandbox).client("iam").create_open_id_connect_provider(Url=issuer, ClientIDList=[AUDIENCE])
    assert "Couldn't retrieve verification key" in refused(sandbox, forged(sandbox, iss=issuer))[1]


@pytest.mark.parametrize(
    ("change", "admitted"),
    [
        (lambda conditions: conditions, True),
        (lambda conditions: {"StringLike": conditions["StringEquals"]}, True),
        (lambda _: {}, True),
        (lambda conditions: {"StringEquals": {**conditions["StringEquals"], "oidc.example:aud": "x"}}, False),
        (lambda conditions: {"StringNotEquals": conditions["StringEquals"]}, False),
        # Not judged here, and so not taken for true.
        (lambda conditions: {**conditions, "IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, False),
    ],
)
def test_the_conditions_of_the_trust_decide(sandbox: Sandbox, change: Any, admitted: bool) -> None:
    iam, document = administrator(sandbox).client("iam"), json.loads(trust(sandbox, "robot"))
    (statement,) = document["Statement"]
    statement["Condition"] = change(statement["Condition"])
    iam.update_assume_role_policy(RoleName="Robot", PolicyDocument=json.dumps(document))
    try:
        if admitted:
            assert assume(sandbox, ROLE, token(sandbox, "default", "robot"))
        else:
            assert refused(sandbox, token(sandbox, "default", "robot"))[1] == NOT_AUTHORIZED
    finally:
        iam.update_assume_role_policy(RoleName="Robot", PolicyDocument=trust(sandbox, "robot"))
