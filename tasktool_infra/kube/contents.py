"""What a new object is made with, for those who read the plan: its manifest, section by section."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tasktool_infra.kube.drift import within

KNOWN = ("apiVersion", "kind", "metadata")
WHICH = ("name", "namespace")
"""What of the metadata the key says already."""


def contents(manifest: Mapping[str, Any], told: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Give path and value of each section: what is below ``spec`` and the metadata, and each member of a free mapping.

    Fields of the kind tell of what begins with the paths in ``told``.
    """
    for path, at, value in (*_metadata(manifest["metadata"]), *_body(manifest)):
        if not any(within(at, prefix) for prefix in told):
            yield path, value


def _metadata(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Give path, path as drift names it, and value."""
    for key, value in metadata.items():
        at = f".metadata.{key}"
        if isinstance(value, Mapping):
            yield from ((f"metadata.{key}[{name}]", f"{at}.{name}", each) for name, each in value.items())
        elif key not in WHICH:
            yield f"metadata.{key}", at, value


def _body(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for part, value in manifest.items():
        if part in KNOWN:
            continue
        if not isinstance(value, Mapping) or not value:
            yield part, f".{part}", value
            continue
        for key, each in value.items():
            yield f"{part}.{key}" if part == "spec" else f"{part}[{key}]", f".{part}.{key}", each
