"""A fault that we know of, and where its tests stand."""

from attrs import frozen

CALLS, SOON, AWS = (f"contract/test_faults_{part}.py" for part in ("calls", "propagation", "aws"))
PAGES, MIXED = (f"contract/test_faults_{part}.py" for part in ("pages", "mixed"))
NETWORK, KEYS, LOGIN, PROXIES = (
    f"system/test_faults_{part}.py" for part in ("network", "credentials", "login", "proxies")
)
BAD, KILL, CRASH = "system/test_scripts_bad_input.py", "system/test_scripts_kill.py", "crash/test_crash_points.py"
KINDS, OBJECTS, TROUBLE = (f"contract/test_{part}.py" for part in ("aws_kinds", "objects_real", "objects_faults"))
POLICIES = "unit/aws/test_iam_policy.py"


@frozen
class Known:
    """A fault, what must happen, and the tests: a file below ``tests`` and the names in it."""

    fault: str
    must: str
    tests: dict[str, tuple[str, ...]]
