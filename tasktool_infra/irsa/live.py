"""The chain tried for real, for whoever asks for it: a token of the ServiceAccount, the role by it, one harmless query.

Source: Kubernetes, TokenRequest; STS API reference, AssumeRoleWithWebIdentity. Nothing that stands is changed.
"""

from collections.abc import Iterator
from typing import Any

from attrs import evolve

from tasktool_infra.aws.authorization.denial import Caller
from tasktool_infra.aws.connection import Connection, SessionKeys
from tasktool_infra.aws.irsa import AUDIENCE
from tasktool_infra.aws.transport import AwsTransport
from tasktool_infra.engine.calls import Call, Reading
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.irsa.chain import Chain, Link
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.values.secret import Secret

SESSION, SECONDS = "tasktool-verify", 900
TOKEN, ROLE, QUERY = (
    Link(name="live_token", noun="a token for STS", wanted="given", found="not tried", ok=None),
    Link(name="live_role", noun="the role by that token", wanted="given", found="not tried", ok=None),
    Link(name="live_query", noun="a query with the role", wanted="answered", found="not tried", ok=None),
)
WAYS_OUT = {
    "AccessDenied": "STS believes the token, and the role's trust does not let it in: mend the trust.",
    "InvalidIdentityToken": "STS does not believe the cluster's issuer: mend the OIDC provider and its audience.",
}
"""By what STS answers; the links before say what is wrong."""


def tried(chain: Chain, driver: Driver, connection: Connection) -> tuple[Link, ...]:
    """Do what a pod does, as far as it goes, and give a link for each step."""
    done = list(_steps(chain, driver, connection))
    return (*done, *(TOKEN, ROLE, QUERY)[len(done) :])


def _steps(chain: Chain, driver: Driver, connection: Connection) -> Iterator[Link]:
    try:
        token = driver.ask(_token(chain))
    except ApiError as error:
        yield evolve(TOKEN, found=_said(error), ok=False, fix=error.next_step)
        return
    yield _good(TOKEN)
    try:
        made = driver.ask(_role(chain, token))
    except ApiError as error:
        yield evolve(ROLE, found=_said(error), ok=False, fix=WAYS_OUT.get(error.code, error.next_step))
        return
    yield _good(ROLE)
    query = next((call for call in chain.calls if call.operation == "query"), None)
    if query is not None:
        yield _queried(query, driver, _acting(chain, connection, made))


def _token(chain: Chain) -> Reading[Secret]:
    asked = {**chain.account.address, "audience": AUDIENCE}
    answer = yield Call(SERVICE, "token", asked, says="ask for a token")
    return Secret(answer["status"]["token"])


def _role(chain: Chain, token: Secret) -> Reading[Any]:
    asked = {"RoleArn": chain.role.arn, "RoleSessionName": SESSION, "DurationSeconds": SECONDS}
    return (yield Call("sts", "assume_role_with_web_identity", {**asked, "WebIdentityToken": token}))


def _acting(chain: Chain, connection: Connection, made: Any) -> Connection:
    keys = made["Credentials"]
    held = SessionKeys(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    acting = connection.acting(held)
    acting.caller = Caller(chain.place, made["AssumedRoleUser"]["Arn"])
    return acting


def _queried(query: Call, driver: Driver, acting: Connection) -> Link:
    transports = {query.service: AwsTransport(acting)}
    with Driver(transports, driver.table, driver.clock, driver.hook, driver.listener) as own:
        try:
            own.ask(_asking(query))
        except ApiError as error:
            return evolve(QUERY, found=_said(error), ok=False, fix=error.next_step)
        finally:
            acting.close()
    return _good(QUERY)


def _asking(query: Call) -> Reading[Any]:
    return (yield query)


def _good(link: Link) -> Link:
    return evolve(link, found=link.wanted, ok=True)


def _said(error: ApiError) -> str:
    return f"{error.code}: {error.said}"
