"""The command ``sandbox``: start, status, stop, env."""

from tasktool_infra import sandbox
from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.exit_codes import BY_PROBLEM, OK


def manage(action: str) -> int:
    """Do it and give the exit code; raises TasktoolError when it can't be done."""
    try:
        return _ACTIONS[action]()
    except sandbox.SandboxError as error:
        raise TasktoolError(str(error)) from error


def _start() -> int:
    print(sandbox.describe(sandbox.start()))
    return OK.code


def _status() -> int:
    running = sandbox.status()
    print(sandbox.describe(running) if running else "No sandbox is running.")
    return OK.code if running else BY_PROBLEM[Problem.FAILED].code


def _stop() -> int:
    print("The sandbox is stopped; what was in it is gone." if sandbox.stop() else "No sandbox was running.")
    return OK.code


def _env() -> int:
    print("\n".join(sandbox.environment_lines(sandbox.start())))
    return OK.code


_ACTIONS = {"start": _start, "status": _status, "stop": _stop, "env": _env}
