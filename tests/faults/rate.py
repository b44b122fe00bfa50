"""A limit of calls a second, as each service of AWS has one for an account: what comes faster is throttled."""

import json
import threading
import time
from collections.abc import Callable

from attrs import define, field

from tests.faults.mishaps import Answer
from tests.faults.passed import Passed

XML = "<ErrorResponse><Error><Code>{code}</Code><Message>{said}</Message></Error></ErrorResponse>"
SAID = "Rate exceeded"


@define
class Rate:
    """Goes before a proxy: ``burst`` calls of a service pass at once, and ``per_second`` are added to what is left.

    ``throttled`` counts the others. Source: Amazon EC2 API reference, "Request throttling" (token bucket).
    """

    per_second: float
    burst: float
    now: Callable[[], float] = time.monotonic
    throttled: int = 0
    _left: dict[str, tuple[float, float]] = field(init=False, factory=dict)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def __call__(self, call: Passed) -> Answer | None:
        """Give the answer to a call that comes too early."""
        with self._lock:
            at = self.now()
            left, before = self._left.get(call.service, (self.burst, at))
            left = min(self.burst, left + (at - before) * self.per_second)
            enough = left >= 1
            self._left[call.service] = (left - enough, at)
            self.throttled += not enough
        return None if enough else _answer(call.service)


def _answer(service: str) -> Answer:
    if service == "s3":
        return Answer(503, f"<Error><Code>SlowDown</Code><Message>{SAID}</Message></Error>".encode())
    if service in ("iam", "sts"):
        return Answer(400, XML.format(code="Throttling", said=SAID).encode())
    return Answer(400, json.dumps({"__type": "ThrottlingException", "message": SAID}).encode())
