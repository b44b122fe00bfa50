"""An environment as a picture in Mermaid's words: resources by layer, what each needs, what a plan does to it. Pure.

Source: mermaid.js.org, "Flowcharts - Basic Syntax".
"""

from collections.abc import Iterable, Iterator, Mapping

from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.report.plan_lines import SIGNS, TITLES

STROKES = {"green": "#2e7d32", "yellow": "#b26a00", "red": "#c62828", "cyan": "#00838f"}
"""Borders only: the page's own background stays, light or dark."""


def mermaid(resources: Iterable[Resource], actions: Mapping[str, str] | None = None) -> str:
    """Give the picture; ``actions`` gives, by ``kind.identity``, what a plan does to each."""
    listed = list({resource.key: resource for resource in resources}.values())
    names = {resource.key: f"n{number}" for number, resource in enumerate(listed)}
    lines = ["flowchart LR", *_boxes(listed, names, actions or {}), *_arrows(listed, names)]
    return "\n".join([*lines, *_classes(listed, names, actions or {})]) + "\n"


def _boxes(listed: list[Resource], names: Mapping[Key, str], actions: Mapping[str, str]) -> Iterator[str]:
    layers = dict.fromkeys((*(layer for layer in TITLES), *(each.layer for each in listed)))
    for layer in layers:
        inside = [each for each in listed if each.layer == layer]
        if inside:
            yield f'  subgraph {layer} ["{TITLES.get(layer, layer)}"]'
            for each in inside:
                sign = SIGNS.get(Action(actions.get(str(each.key), "none")), ("", "", ""))[0]
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


def _classes(listed: list[Resource], names: Mapping[Key, str], actions: Mapping[str, str]) -> Iterator[str]:
    for action, (_, colour, _) in SIGNS.items():
        inside = [names[each.key] for each in listed if actions.get(str(each.key)) == action.value]
        if inside:
            yield f"  classDef {action.value} stroke:{STROKES[colour]},stroke-width:3px"
            yield f"  class {','.join(inside)} {action.value}"
