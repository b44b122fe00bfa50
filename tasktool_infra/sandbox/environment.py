"""The shell lines with which other programs look into a sandbox."""

import os
import shlex
from collections.abc import Mapping

from tasktool_infra.sandbox.facts import Sandbox

LOOPBACK = ("127.0.0.1", "localhost")
DISTURBING = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
"""Variables that would send a program elsewhere, or with other credentials."""


def environment_lines(
    sandbox: Sandbox, environ: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None
) -> list[str]:
    """`export` and `unset` lines for `eval`: AWS and Kubernetes clients then talk to the sandbox, whatever was set.

    `environ` is what is set now, this process's environment by default; `more` is exported besides. Source: AWS SDKs
    and tools reference guide, "Environment variables"; kubectl reference, KUBECONFIG.
    """
    now = os.environ if environ is None else environ
    exports = {**variables(sandbox, now), **(more or {})}
    unset = sorted({*DISTURBING, *(name for name in now if name.startswith("AWS_ENDPOINT_URL_"))})
    if "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" in now:
        unset.append("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    return [f"export {name}={shlex.quote(value)}" for name, value in exports.items()] + [f"unset {' '.join(unset)}"]


def variables(sandbox: Sandbox, now: Mapping[str, str]) -> dict[str, str]:
    """Give what is exported."""
    return {
        "AWS_ENDPOINT_URL": sandbox.aws_endpoint,
        "AWS_ACCESS_KEY_ID": sandbox.access_key_id,
        "AWS_SECRET_ACCESS_KEY": sandbox.secret_access_key,
        "AWS_REGION": sandbox.region,
        "AWS_DEFAULT_REGION": sandbox.region,
        "KUBECONFIG": str(sandbox.kubeconfig),
        **{name: _no_proxy(now.get(name, "")) for name in ("NO_PROXY", "no_proxy")},
    }


def _no_proxy(given: str) -> str:
    hosts = [host.strip() for host in given.split(",") if host.strip()]
    return ",".join([*hosts, *(host for host in LOOPBACK if host not in hosts)])
