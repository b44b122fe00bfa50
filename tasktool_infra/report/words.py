"""Text for terminals: safe, legible in any encoding, and no trouble where nobody reads it."""

import codecs
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

SPELLINGS = {"→": "->", "…": "...", "↵": "\\n", "━": "=", "─": "-"}
"""How our own signs are written in an encoding that lacks them."""


@contextmanager
def unheard() -> Iterator[None]:
    """Within, go on when the output has no reader any more (``| head``) or no room: the work must come to its end."""
    try:
        yield
    except BrokenPipeError:
        _silence(sys.stdout, sys.stderr)
    except OSError as error:
        _silence(sys.stdout)
        with suppress(OSError):
            print(f"The output can't be written any more: {error.strerror}. The work goes on.", file=sys.stderr)


def unread() -> bool:
    """Say whether nobody reads what is printed any more; what is left of it then goes nowhere."""
    watched = select.poll()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            watched.register(stream.fileno(), 0)  # only what comes unasked: an error, or that the other end has gone
    if not watched.poll(0):
        return False
    _silence(sys.stdout, sys.stderr)
    return True


def _silence(*streams: TextIO) -> None:
    """Let what is still in the buffers go nowhere, at exit too."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def legible() -> None:
    """Let characters that a terminal's encoding lacks be replaced, where they would end the run as an error."""
    codecs.register_error("legible", _spelled)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="legible")


def _spelled(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    lost = error.object[error.start : error.end]
    return "".join(SPELLINGS.get(char, "?") for char in lost), error.end


def safe(text: str) -> str:
    """Give the text with every character escaped that a terminal would act on."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
