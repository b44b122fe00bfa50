"""The command ``sandbox``: start, status, stop, env."""

from tasktool_infra import sandbox
from tasktool_infra.engine.errors import Problem
from tasktool_infra.exit_codes import BY_PROBLEM, OK
from tasktool_infra.report.console import say
from tasktool_infra.settings.errors import Kind, SettingsError

LOCAL = "local"
"""The environment whose programs are run on the machine of whoever works on them."""


def manage(action: str, environment: str | None = None, config: str | None = None) -> int:
    """Do it and give the exit code; raises TasktoolError when it can't be done.

    With ``env``, ``environment`` says whose programs are to run beside the sandbox.
    """
    return _ACTIONS[action]() if action in _ACTIONS else _env(environment, config)


def _start() -> int:
    say(sandbox.describe(sandbox.start()))
    return OK.code


def _status() -> int:
    running = sandbox.status()
    say(sandbox.describe(running) if running else "No sandbox is running.")
    return OK.code if running else BY_PROBLEM[Problem.FAILED].code


def _stop() -> int:
    say("The sandbox is stopped; what was in it is gone." if sandbox.stop() else "No sandbox was running.")
    return OK.code


def _env(environment: str | None, config: str | None) -> int:
    running = sandbox.start()
    print("\n".join(sandbox.environment_lines(running, more=_of_programs(running, environment, config))))
    return OK.code


def _of_programs(running: sandbox.Sandbox, environment: str | None, config: str | None) -> dict[str, str]:
    """Give the variables of an environment's programs: those of `local` unasked, where there is such a one."""
    from tasktool_infra.orders import in_sandbox
    from tasktool_infra.programs import program_variables
    from tasktool_infra.sdk import load

    try:
        described = load(environment or LOCAL, config=config)
    except SettingsError as error:
        if environment is None and error.kind is Kind.UNKNOWN_ENVIRONMENT:
            return {}
        raise
    return program_variables(in_sandbox(described), running)


_ACTIONS = {"start": _start, "status": _status, "stop": _stop}
