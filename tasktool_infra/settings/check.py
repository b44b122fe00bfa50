"""Holds values against the table of settings: first the type, then what the texts are made of, then the rule."""

from collections.abc import Iterable, Iterator, Mapping

from tasktool_infra.settings.errors import show
from tasktool_infra.settings.schema import Setting

_WANTED = {"text": "a text", "list": "a list of texts", "map": "a table of texts", "flag": "true or false"}
_TYPES: dict[str, type | tuple[type, ...]] = {"text": str, "list": (list, tuple), "map": Mapping, "flag": bool}


def faults(setting: Setting, value: object) -> Iterator[str]:
    """Give everything that is wrong with a value, each ready to follow the setting's place and a colon.

    Takes:
        setting: a row of the table.
        value: what was set, already parsed.
    """
    if not isinstance(value, _TYPES[setting.type]):
        yield f"must be {_WANTED[setting.type]}, not {_noun(value)}{_quotes(setting, value)}"
        return
    yield from _misfits(value)
    yield from (f"{show(text)} must not hold control characters" for text in _texts(value) if not text.isprintable())
    yield from _by_rule(setting, value)


def _by_rule(setting: Setting, value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from setting.rule({key: item for key, item in value.items() if _sound(key) and _sound(item)})
        return
    texts = [text for text in _texts(value) if _sound(text)]
    for text in dict.fromkeys(texts):
        yield from (f"{show(text)} {fault}" for fault in setting.rule(text))
        if texts.count(text) > 1:
            yield f"{show(text)} is there more than once"


def _sound(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _misfits(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                yield f"a key must be a text, not {_noun(key)}"
            elif not isinstance(item, str):
                yield f"key {show(key)} must hold a text, not {_noun(item)}: put it in quotes"
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value, start=1):
            if not isinstance(item, str):
                yield f"item {number} must be a text, not {_noun(item)}: put it in quotes"


def _texts(value: object) -> Iterator[str]:
    items: Iterable[object] = ()
    if isinstance(value, Mapping):
        items = (*value.keys(), *value.values())
    elif isinstance(value, list | tuple):
        items = value
    elif isinstance(value, str):
        items = (value,)
    return (item for item in items if isinstance(item, str))


def _quotes(setting: Setting, value: object) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return ": put it in quotes" if setting.type == "text" and number else ""


def _noun(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, Mapping):
        return "a table"
    nouns: dict[type, str] = {str: "a text", list: "a list", tuple: "a list", type(None): "nothing"}
    return nouns.get(type(value), f"a value of type {type(value).__name__}")
