"""What can be claimed of a live object: section by section of its manifest, as the server's own dry-run judged it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from attrs import frozen

from tasktool_infra.engine.claims import ABSENT, ALONE, NOTHING_ELSE, Claim, Part
from tasktool_infra.engine.resource import Key, Refusal
from tasktool_infra.kube.drift import Drift, within
from tasktool_infra.kube.readiness import Readiness, is_ready

APPLIES, MANAGER, READY = "applies", "field_manager", "ready"
OURS, OTHERS = "we own every field that we apply", "some fields are owned by other managers only"
TAKEN = "the server takes the manifest"


@frozen
class Section:
    """A part of a manifest that is claimed by itself: its name, the path that it begins with, and what stands there."""

    name: str
    path: str
    value: Any


def sections(manifest: Mapping[str, Any], told: Collection[str]) -> list[Section]:
    """Give the sections of a manifest: each key below the first ones, labels and annotations one by one.

    Fields of the kind claim what begins with the paths in ``told``.
    """
    found = (*_body(manifest), *_metadata(manifest["metadata"]))
    return [section for section in found if not any(within(section.path, path) for path in told)]


def _body(manifest: Mapping[str, Any]) -> Iterator[Section]:
    for key, value in manifest.items():
        if key in ("apiVersion", "kind", "metadata"):
            continue
        below = value if isinstance(value, Mapping) and value else {}
        yield from (Section(f"{key}.{name}", f".{key}.{name}", each) for name, each in below.items())
        if not below:
            yield Section(key, f".{key}", value)


def _metadata(metadata: Mapping[str, Any]) -> Iterator[Section]:
    for key in ("labels", "annotations"):
        for name, value in metadata.get(key, {}).items():
            yield Section(f"{key}-{name}", f".metadata.{key}.{name}", value)


def section_parts(wanted: list[Section], drift: Drift) -> Iterator[Part]:
    """Give each section, with what the dry-run would change below it, and one part for whatever is besides."""
    left = list(drift.entries)
    for section in wanted:
        inside = [entry for entry in left if within(entry[0], section.path)]
        above = [entry for entry in left if within(section.path, entry[0]) and entry not in inside]
        left = [entry for entry in left if entry not in inside]
        if inside:
            yield Part(section.name, _side(section, inside, 2), _side(section, inside, 1), ok=False)
        else:
            yield Part(section.name, section.value, ABSENT if above else section.value, ok=not above)
    paths = [section.path for section in wanted]
    others = [path[1:] for path, *_ in left if not any(within(each, path) for each in paths)]
    yield Part(ALONE, NOTHING_ELSE, others or NOTHING_ELSE, not others)


def _side(section: Section, entries: list[Any], side: int) -> Any:
    """Give the old or the new values of differences, by the paths below their section."""
    told = ((entry[0][len(section.path) :].lstrip("."), entry[side]) for entry in entries)
    values = {path: ABSENT if value is None else value for path, value in told}
    return values[""] if list(values) == [""] else values


def judged_parts(wanted: list[Section], drift: Drift, objection: Refusal | None, *, as_wanted: bool) -> Iterator[Part]:
    """Give what the server's judgement says; where it takes no apply, that is all that can be said.

    ``as_wanted`` says whether the fields are owned by whom they should be.
    """
    said = objection.reason if objection is not None and not drift.entries else ""
    yield Part(APPLIES, TAKEN, said or TAKEN, not said)
    if not said:
        yield from section_parts(wanted, drift)
        yield Part(MANAGER, OURS, OURS if as_wanted else OTHERS, as_wanted)


def readiness_claim(key: Key, ready: Readiness, live: Mapping[str, Any], *, in_vain: bool) -> Claim:
    """Claim that an object has come to be; where nobody could make it so, it is left open."""
    import jmespath

    ok = is_ready(ready, live)
    why = ready.pointless.says if in_vain and ready.pointless is not None else ""
    found = ready.says if ok else why or str(jmespath.search(ready.sees, live))
    return Claim(key=key, name=READY, wanted=ready.says, found=found, ok=None if why and not ok else ok)
