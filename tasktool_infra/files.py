"""Files that only their owner may read, written so that no link is followed and no half of one is ever seen."""

import errno
import os
import stat
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step: a reader sees the old text or the new.

    What stood there is replaced, a link too: what it leads to is not touched. Raises OSError.
    """
    write_whole(path, text, 0o600)


def write_whole(path: Path, text: str, mode: int | None = None) -> None:
    """Write a file in one step, with this mode or the one that new files of this user have. Raises OSError."""
    _heed_what_stands(path)
    draft = path.with_name(f"{path.name}.tmp{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666 if mode is None else 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if mode is not None:
                os.fchmod(descriptor, mode)
            file.write(text)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _heed_what_stands(path: Path) -> None:
    """Raise OSError where a device or a pipe would be replaced, such as /dev/null."""
    try:
        sort = path.stat().st_mode
    except OSError:
        return  # there is none, or what it is shows when it is written
    if not stat.S_ISREG(sort) and not stat.S_ISDIR(sort):
        raise OSError(errno.EINVAL, "it is a device or a pipe, and would be replaced", str(path))


def open_private(path: Path, flags: int) -> int:
    """Open a file that only its owner may use, made if need be, and give its descriptor; ``flags`` as of ``os.open``.

    Raises OSError, for a link too: what it leads to is somebody else's.
    """
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


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
