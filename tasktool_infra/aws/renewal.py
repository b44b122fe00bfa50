"""Credentials that are looked for again in mid-run: nobody is asked for a code, and the account must be the same."""

from typing import Any, NoReturn

from tasktool_infra.aws.answers import RENEW, refusal
from tasktool_infra.aws.authorization.denial import Caller
from tasktool_infra.engine.errors import ApiError, Problem, Refused

ENDED = ApiError(
    "ExpiredToken",
    "the credentials have ended, and new ones need an MFA code",
    call="aws.credentials",
    problem=Problem.DENIED,
    next_step=RENEW,
)
NO_TERMINAL = ApiError(
    "NoCredentials",
    "the profile wants an MFA code, and there is no terminal to ask at",
    call="aws.credentials",
    problem=Problem.DENIED,
    next_step="Give the code at a terminal once (aws sts get-caller-identity): what it gets is used while it lasts.",
)


def ask_nobody(session: Any, error: ApiError = ENDED) -> None:
    """Let a botocore session fail where it would ask for an MFA code: a question in mid-run would not be seen."""

    def refuse(_: str) -> NoReturn:
        raise error

    for provider in session.get_component("credential_provider").providers:
        if hasattr(provider, "_prompter"):
            provider._prompter = refuse  # noqa: SLF001 - there is no other way to it


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
