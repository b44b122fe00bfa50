"""What ``--debug`` writes to standard error, without secrets: calls, the libraries' own log, tracebacks."""

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping
from typing import TextIO

from attrs import define, field, frozen

from tasktool_infra.engine.events import Called, Event
from tasktool_infra.engine.hiding import Secrets, secret_name
from tasktool_infra.report.words import safe, unheard
from tasktool_infra.values.frozen import thaw

LOGGERS = ("botocore.credentials", "botocore.tokens", "urllib3.connectionpool")
"""Those that tell where credentials come from, and which request went where."""
LONGEST, SHORTEST = 2000, 8
"""How much of a text is written, and how long a value must be to be taken for a secret of its own."""
_CLUES = re.compile(
    r"(?i)((?:authorization|x-amz-security-token|x-amz-signature|signature|secret_?(?:access_?)?key|session_?token"
    r"|password|bearer|token)['\"]?\s*[=:\s]\s*b?['\"]?)([^\s'\"&,;)}]{4,})"
)
_LOOKS = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|\beyJ[\w-]{8,}\.[\w.-]+|k8s-aws-v1\.[\w-]+|Bearer\s+\S+|AWS4-HMAC-SHA256\s.*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----"
)
HIDDEN = "(not shown)"


@define
class Scrubber:
    """Takes secrets out of text: those that it was told of, and what stands where secrets stand or looks like one."""

    known: set[str] = field(factory=set)

    def __call__(self, text: str) -> str:
        """Give the text without them."""
        for secret in self.known:
            text = text.replace(secret, HIDDEN)
        return _CLUES.sub(lambda found: found[1] + HIDDEN, _LOOKS.sub(HIDDEN, text))


SCRUBBER = Scrubber()


@frozen
class Handler:
    """Writes the libraries' records without secrets."""

    stream: TextIO

    def record(self, record: logging.LogRecord) -> bool:
        """Write one record; a filter, so that it goes nowhere else."""
        with unheard():
            self.stream.write(f"{record.name}: {safe(SCRUBBER(record.getMessage()))[:LONGEST]}\n")
        return False


@frozen
class WireLog:
    """Writes every call with its parameters, its answer's request id, its error and how long it took."""

    stream: TextIO
    handler: Handler

    @unheard()
    def __call__(self, event: Event) -> None:
        """Write a call that has come back."""
        if not isinstance(event, Called):
            return
        parameters = json.dumps(Secrets().within(thaw(event.call.parameters)), default=str, ensure_ascii=False)
        error = event.error
        outcome = f"{error.status} {error.code}: {error.said}" if error is not None else "ok"
        request = f" request {event.request_id}" if event.request_id else ""
        said = f"{event.call.name} {parameters[:LONGEST]} -> {outcome} ({event.seconds:.3f} s{request})"
        self.stream.write(f"call: {safe(SCRUBBER(said))}\n")
        self.stream.flush()

    def close(self) -> None:
        """Let the libraries be silent again."""
        for name in LOGGERS:
            logger = logging.getLogger(name)
            logger.setLevel(logging.NOTSET)
            logger.removeFilter(self.handler.record)


def listen(stream: TextIO | None = None, environ: Mapping[str, str] | None = None) -> WireLog:
    """Let the libraries tell what they do, and give what tells of calls; secrets of the shell are never told."""
    out, shell = stream or sys.stderr, os.environ if environ is None else environ
    SCRUBBER.known |= {value for name, value in shell.items() if secret_name(name) and len(value) >= SHORTEST}
    handler = Handler(out)
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.addFilter(handler.record)
    return WireLog(out, handler)


def trace(error: BaseException) -> str:
    """Give the traceback of an error and of what led to it, without secrets."""
    return SCRUBBER("".join(traceback.format_exception(error)))
