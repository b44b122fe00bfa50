"""Credentials that are looked for again in mid-run: nobody is asked for a code, and the account must be the same."""

from typing import Any, NoReturn

from tasktool_infra.aws.answers import RENEW, refusal
from tasktool_infra.aws.authorization.denial import Caller
from tasktool_infra.engine.errors import ApiError, Problem, Refused


def ask_nobody(session: Any) -> None:
    """Let a botocore session fail where it would ask for an MFA code: a question in mid-run would not be seen."""
    for provider in session.get_component("credential_provider").providers:
        if hasattr(provider, "_prompter"):
            provider._prompter = _needs_a_code  # noqa: SLF001 - there is no other way to it


def _needs_a_code(_: str) -> NoReturn:
    raise ApiError(
        "ExpiredToken",
        "the credentials have ended, and new ones need an MFA code",
        call="aws.credentials",
        problem=Problem.DENIED,
        next_step=RENEW,
    )


def check(sts: Any, caller: Caller) -> None:
    """See that new credentials are of the account that the plan is for; raises Refused otherwise, or ApiError."""
    try:
        found = sts.get_caller_identity()
    except Exception as error:
        raise refusal(error, "sts.get_caller_identity", str(sts.meta.endpoint_url)) from error
    if found["Account"] != caller.place.account:
        raise Refused(
            f"The credentials have ended, and those found now are of account {found['Account']}, not of"
            f" {caller.place.account}; they were not used.",
            next_step=f"Log in to {caller.place.account} again, then run again; what stands is kept.",
        )
