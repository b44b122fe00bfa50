"""What AWS answers, turned into the engine's errors: exact codes, what sort of failure it is, and what to do next."""

from collections.abc import Mapping
from typing import Any

from tasktool_infra.aws import skew
from tasktool_infra.engine.errors import UNTRUSTED, ApiError, Problem, TasktoolError

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized", "403"}
)
BAD_CREDENTIALS = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "RequestExpired",
        "MissingAuthenticationToken",
        "OptInRequired",
    }
)
ENDED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
"""Codes for credentials that were good once."""
BARE = "400"
"""The code of an answer that has none. Source: S3 API reference, HeadBucket: there is no body, only the status."""
HEAD_SAYS_NOTHING = (
    "S3 gives no reason to this request; mostly temporary credentials have ended: renew them (for SSO: aws sso login),"
    " then run again. For a reason: aws s3api get-bucket-location --bucket NAME"
)
NOT_OF_AWS = (
    "The answer has no reason in it, so it may not be from AWS: look for a proxy or gateway in between, and at the"
    " endpoints that are set (AWS_ENDPOINT_URL). Then run again."
)
RENEW = "Renew the credentials (for SSO: aws sso login), then run again; what stands is kept."
UNKNOWN_KEY = (
    "AWS does not know this access key, or has not enabled the region for its account: see which is used, and from"
    " where (aws configure list), and whether it is `region` that you mean."
)
NO_MATCH = "The secret key does not fit the access key: see which are used, and from where (aws configure list)."
ADVICE = {
    **dict.fromkeys(("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"), UNKNOWN_KEY),
    **dict.fromkeys(("SignatureDoesNotMatch", "InvalidSignatureException"), NO_MATCH),
    "BucketAlreadyExists": "Another account has a bucket of this name: set another (`bucket`, --bucket).",
    "OptInRequired": "Enable the service or the region for this account, then run again.",
    **dict.fromkeys(
        ("LimitExceeded", "LimitExceededException", "TooManyBuckets", "ServiceQuotaExceededException"),
        "Have the quota raised (Service Quotas in the AWS console), or remove what nobody needs; then run again.",
    ),
}
"""What to do about answers whose code says what is wrong."""
LOG_IN = "Log in again: aws sso login."
CHECK_PROFILE = (
    "Check AWS_PROFILE, ~/.aws/config and the credentials; see which profiles there are: aws configure list-profiles"
)
PROGRAM = "See whether its credential_process runs by itself, and gives JSON: aws configure list"
BUNDLE = (
    "The file of certificate authorities that AWS_CA_BUNDLE (or ca_bundle in ~/.aws/config) names can't be used:"
    " it must be there and hold PEM."
)
TRUST = "If a proxy of your network opens TLS, name the file with its certificate authority: AWS_CA_BUNDLE=FILE."
CORRECT = "Correct the setting that this value comes from, then run again."
AGAIN = "Run again to continue. If it comes again, report what --debug prints."
ALLOW = "Ask for a policy that allows this action on this resource, then run again."


_NO_BUNDLE = ("[Errno 2]", "[Errno 13]", "[Errno 20]", "[Errno 21]", "[X509")
"""How botocore says, as a fault of TLS, that the authorities to trust could not be read."""


def from_client_error(error: Any, call: str) -> ApiError:
    """Give the engine's error for an answer of AWS (``botocore.exceptions.ClientError``)."""
    answer = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code, said = str(answer.get("Code", "Unknown")), str(answer.get("Message", ""))
    problem, next_step = _sort(code, said, call, meta.get("HTTPHeaders", {}))
    return ApiError(
        code,
        said,
        call=call,
        status=int(meta.get("HTTPStatusCode", 0)),
        request_id=str(meta.get("RequestId", "")),
        detail=error.response,
        problem=problem,
        next_step=next_step,
    )


def may_have_ended(error: TasktoolError) -> bool:
    """Say whether an answer may mean that credentials which were good once are not any more."""
    if not isinstance(error, ApiError):
        return False
    return error.code in ENDED or (error.code == BARE and _is_head(error.call))


def _is_head(call: str) -> bool:
    return call.partition(".")[2].startswith("head_")


def _sort(code: str, said: str, call: str, headers: Mapping[str, Any]) -> tuple[Problem, str]:
    clock = skew.advice(code, said, headers)
    if clock:
        return Problem.DENIED, clock
    if code in BAD_CREDENTIALS | ENDED:
        return Problem.DENIED, ADVICE.get(code, RENEW)
    if code == BARE:
        return (Problem.DENIED, HEAD_SAYS_NOTHING) if _is_head(call) else (Problem.FAILED, NOT_OF_AWS)
    return (Problem.DENIED, ALLOW) if code in DENIED else (Problem.FAILED, ADVICE.get(code, ""))


def no_answer(error: Exception, call: str, host: str) -> ApiError | None:
    """Give the engine's error when AWS did not answer, or None when the fault is another."""
    from botocore import exceptions as e
    from botocore.parsers import ResponseParserError

    said = f"{host}: {error}"
    if isinstance(error, e.ReadTimeoutError):
        code = "Timeout"
    elif isinstance(error, e.ConnectionClosedError | e.ResponseStreamingError | e.IncompleteReadError):
        code = "Reset"
    elif isinstance(error, ResponseParserError):
        # Something in between has answered in the place of AWS: what became of the request, nobody knows.
        code, said = "Unreadable", f"{host}: the answer can't be read, it is not from AWS"
    elif isinstance(error, e.EndpointConnectionError | e.ConnectTimeoutError | e.ProxyConnectionError | e.SSLError):
        code = _unreached(error)
    elif isinstance(error, e.HTTPClientError):
        code = "Reset"
    else:
        return None
    way_out = f"Check that {host} can be reached from here: name, network, proxy, VPN. Then run again."
    next_step = (BUNDLE if _lacks_bundle(error) else TRUST) if code == UNTRUSTED else way_out
    return ApiError(code, said, call=call, problem=Problem.UNREACHABLE, next_step=next_step)


def _lacks_bundle(error: Exception) -> bool:
    from botocore.exceptions import SSLError

    return isinstance(error, SSLError) and any(sign in str(error) for sign in _NO_BUNDLE)


def _unreached(error: Exception) -> str:
    words = f"{error} {error.__cause__ or error.__context__}"
    if "certificate verify failed" in words or _lacks_bundle(error):
        return UNTRUSTED
    if "resolve" in words or "Name or service" in words or "getaddrinfo" in words or "nodename" in words:
        return "NoSuchHost"
    return "ConnectTimeout" if "imeout" in type(error).__name__ else "Unreachable"


def refusal(error: Exception, call: str, host: str = "AWS") -> TasktoolError:
    """Give the engine's error for whatever botocore raised; faults of nobody but us are given as they are told."""
    from botocore import exceptions as e

    if isinstance(error, TasktoolError):
        return error
    if isinstance(error, e.ClientError):
        return from_client_error(error, call)
    unanswered = no_answer(error, call, host)
    if unanswered is not None:
        return unanswered
    if isinstance(error, e.NoRegionError):
        step = "Set `region` in environments.toml, --region, or AWS_REGION."
        return TasktoolError("No region is known.", next_step=step, problem=Problem.REFUSED)
    if isinstance(error, e.ParamValidationError):
        return TasktoolError(f"{call}: {error}", next_step=CORRECT, problem=Problem.REFUSED)
    if _is_about_credentials(error):
        return _credentials_fault(error, call)
    return TasktoolError(f"{call}: {type(error).__name__}: {error}", next_step=AGAIN)


def misconfigured(error: Exception) -> TasktoolError:
    """Give the engine's error for what the configuration, or a program that it names, has raised."""
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, OSError | ValueError) and not isinstance(error, BotoCoreError | ClientError):
        said = f"the profile can't be used: {error}"
        return ApiError("NoCredentials", said, call="aws configuration", problem=Problem.DENIED, next_step=PROGRAM)
    return refusal(error, "aws configuration")


def _is_about_credentials(error: Exception) -> bool:
    """Say whether the configuration, the credentials or the way to get them are at fault."""
    from botocore import exceptions as e

    return isinstance(
        error,
        e.NoCredentialsError
        | e.PartialCredentialsError
        | e.CredentialRetrievalError
        | e.UnknownCredentialError
        | e.MetadataRetrievalError
        | e.ProfileNotFound
        | e.ConfigNotFound
        | e.ConfigParseError
        | e.InvalidConfigError
        | e.InfiniteLoopConfigError
        | e.RefreshWithMFAUnsupportedError
        | e.SSOError
        | e.LoginError
        | e.TokenRetrievalError,
    )


def _credentials_fault(error: Exception, call: str) -> ApiError:
    name = type(error).__name__
    sso = "SSO" in name or "Token" in name
    step = LOG_IN if sso else CHECK_PROFILE
    return ApiError(name, str(error).strip(), call=call, problem=Problem.DENIED, next_step=step)
