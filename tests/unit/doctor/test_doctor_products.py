"""What the doctor makes of products in the cluster that it may not look at."""

from typing import Any

from tasktool_infra.doctor.finding import Level
from tasktool_infra.doctor.products import UNKNOWN, cert_manager
from tasktool_infra.engine.calls import Call
from tasktool_infra.kube.answers import FORBIDDEN
from tests.answers import error, feed

READY = [{"metadata": {"name": name}, "status": {"availableReplicas": 1}} for name in ("cert-manager", "a-webhook")]


def looked(hidden: str = "") -> tuple[Level, bool]:
    """Give how cert-manager is found by somebody who may not list one kind, and whether that is said."""

    def answer(call: Call) -> Any:
        return error(FORBIDDEN) if call.parameters["kind"] == hidden else {"items": READY}

    found = feed(cert_manager("prod"), {"list": answer})
    return found.level, UNKNOWN in found.said


def test_nothing_is_said_to_be_there_that_nobody_could_look_at() -> None:
    assert looked() == (Level.PASS, False)
    assert looked("Issuer") == (Level.WARN, True)
    assert looked("Deployment") == (Level.WARN, True)
