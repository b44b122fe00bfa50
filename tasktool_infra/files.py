"""Files that only their owner may read, written so that no link is followed and no half of one is ever seen."""

import os
import stat
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step: a reader sees the old text or the new.

    What stood there is replaced, a link too: what it leads to is not touched. Raises OSError.
    """
    draft = path.with_name(f"{path.name}.tmp{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def read_text(path: Path, most: int) -> str:
    """Give the text of a file of at most ``most`` bytes.

    Raises OSError, and ValueError for what is no file (a pipe would never end), no UTF-8 text, or too long.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise ValueError("it is no file")
        if about.st_size > most:
            raise ValueError(f"it has {about.st_size} bytes, and {most} is the most")
        return file.read(most).decode("utf-8")
