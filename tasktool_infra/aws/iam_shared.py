"""What the kinds of IAM have in common."""

from collections.abc import Mapping
from typing import Any

from tasktool_infra.aws.documents import Document
from tasktool_infra.engine.calls import GONE, Call, write

ABSENT = {"NoSuchEntity": GONE}
"""How IAM says that something does not exist. Source: IAM API reference, every Get, Delete and Detach."""
EXISTS = ("EntityAlreadyExists",)
"""How IAM says that a name is taken, perhaps by our own call whose answer was lost."""


def to_document(value: Any) -> Document:
    """Give a policy document, made of JSON data or text unless it is one already."""
    return value if isinstance(value, Document) else Document.parse(value)


def look(operation: str, parameters: Mapping[str, Any], *, pages: bool = False) -> Call:
    """Give a call that reads something that may not exist."""
    return Call("iam", operation, parameters, expects=ABSENT, pages=pages)


HELD = ("DeleteConflict",)
"""How IAM says that something is still held: what was taken off may show late, or somebody has put it on again."""


def take(operation: str, parameters: Mapping[str, Any], says: str, *, removes: str = "") -> Call:
    """Give a call that takes something away, and is content when it is gone already."""
    return write("iam", operation, parameters, says, removes=removes, expects=ABSENT, settles=HELD)
