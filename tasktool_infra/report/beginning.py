"""What machines are told of a new environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def beginning_data(environment: str, file: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give the record of an environment that stands in a file now, with the settings of its table by key."""
    return {"type": "environment", "environment": environment, "file": str(file), "settings": dict(settings)}
