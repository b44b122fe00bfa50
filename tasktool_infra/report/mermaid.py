"""An environment as a picture in Mermaid's words: resources by layer, what each needs, what a plan does to it. Pure.

Source: mermaid.js.org, "Flowcharts - Basic Syntax".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.report.plan_lines import SIGNS, TITLES

Box = Resource | Change
STROKES = {"green": "#2e7d32", "yellow": "#b26a00", "red": "#c62828", "cyan": "#00838f"}
"""Borders only: the page's own background stays, light or dark."""


def mermaid(resources: Iterable[Resource], changes: Sequence[Change] = ()) -> str:
    """Give the picture; ``changes`` are what a plan does to each, and to what is not wanted any more."""
    listed = list({resource.key: resource for resource in resources}.values())
    actions = {change.key: change.action for change in changes}
    wanted = {resource.key for resource in listed}
    shown: list[Box] = [*listed, *(each for each in changes if each.action is Action.DELETE and each.key not in wanted)]
    names = {each.key: f"n{number}" for number, each in enumerate(shown)}
    lines = ["flowchart LR", *_boxes(shown, names, actions), *_arrows(listed, names)]
    return "\n".join([*lines, *_classes(names, actions)]) + "\n"


def _boxes(
    listed: Sequence[Resource | Change], names: Mapping[Key, str], actions: Mapping[Key, Action]
) -> Iterator[str]:
    shown = list(listed)
    layers = dict.fromkeys((*TITLES, *(each.layer for each in shown)))
    for layer in layers:
        inside = [each for each in shown if each.layer == layer]
        if inside:
            yield f'  subgraph {layer} ["{TITLES.get(layer, layer)}"]'
            for each in inside:
                sign = SIGNS.get(actions.get(each.key, Action.NONE), ("", "", ""))[0]
                yield f'    {names[each.key]}["{_label(each.key, sign)}"]'
            yield "  end"


def _label(key: Key, sign: str) -> str:
    text = f"{sign} {key.kind}<br/>{_quoted(key.identity)}"
    return text.strip()


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def _arrows(listed: list[Resource], names: Mapping[Key, str]) -> Iterator[str]:
    """Give an arrow from each resource to what it needs: solid for what the API needs first, dotted for its host."""
    for each in listed:
        needed = [other.key for other in (*each.requires, *each.after)]
        yield from (f"  {names[each.key]} --> {names[key]}" for key in dict.fromkeys(needed) if key in names)
        if each.within is not None and each.within.key in names and each.within.key not in needed:
            yield f"  {names[each.key]} -.-> {names[each.within.key]}"


def _classes(names: Mapping[Key, str], actions: Mapping[Key, Action]) -> Iterator[str]:
    for action, (_, colour, _) in SIGNS.items():
        inside = [name for key, name in names.items() if actions.get(key) is action]
        if inside:
            yield f"  classDef {action.value} stroke:{STROKES[colour]},stroke-width:3px"
            yield f"  class {','.join(inside)} {action.value}"
