"""An AWS and a Kubernetes of one's own on loopback: no account, no Docker, no token.

`start` starts or finds a background process with moto and a small Kubernetes API server, which outlives the command;
`status` looks for it, `stop` ends it, `environment_lines` lets other programs look into it. One for each folder
(`TASKTOOL_SANDBOX_HOME`). It is there to show and to try, not to prove.
"""

from tasktool_infra.sandbox.environment import environment_lines
from tasktool_infra.sandbox.facts import Sandbox, SandboxElsewhere, SandboxError, describe
from tasktool_infra.sandbox.process import start, status, stop

__all__ = ["Sandbox", "SandboxElsewhere", "SandboxError", "describe", "environment_lines", "start", "status", "stop"]
