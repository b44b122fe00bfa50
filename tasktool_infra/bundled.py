"""Finds the files that come with the package and are no Python."""

from pathlib import Path


def bundled(name: str) -> Path:
    """Give the path of a file or folder that the package brings along.

    A wheel has it inside of the package, a checkout beside it. Nothing is read, so the path may lead nowhere.

    Takes:
        name: as it is called at the root of a checkout, such as `environments.toml`.
    """
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.exists() else package.parent / name
