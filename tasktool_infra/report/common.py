"""What all new resources of a layer have in common, such as the marks of their owner: told once, above them."""

from collections.abc import Iterable, Iterator

from attrs import evolve, field, frozen

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.engine.resource import Key

FEWEST = 3
"""Of fewer resources each tells for itself."""
MARKS = ("tags[", "labels[")


@frozen
class Common:
    """Remarks that every new resource has, and marks that every one has, or every one but the one that is named."""

    remarks: tuple[str, ...] = ()
    marks: dict[Key | None, list[FieldChange]] = field(factory=dict)

    def without(self, change: Change) -> Change:
        """Give a change without what is told of all."""
        if change.action is not Action.CREATE:
            return change
        told = [each for marks in self.marks.values() for each in marks]
        fields = tuple(each for each in change.fields if each not in told)
        return evolve(change, fields=fields, remarks=tuple(r for r in change.remarks if r not in self.remarks))


def common(changes: Iterable[Change]) -> Common:
    """Give what the new ones among these have in common."""
    new = [change for change in changes if change.action is Action.CREATE]
    if len(new) < FEWEST:
        return Common()
    marks: dict[Key | None, list[FieldChange]] = {}
    for each in dict.fromkeys(_marks(new)):
        lacking = [change.key for change in new if each not in change.fields]
        if len(lacking) <= 1:
            marks.setdefault(lacking[0] if lacking else None, []).append(each)
    return Common(tuple(r for r in new[0].remarks if all(r in change.remarks for change in new)), marks)


def _marks(changes: Iterable[Change]) -> Iterator[FieldChange]:
    # Of JSON data only texts can be told apart by looking them up.
    fields = (each for change in changes for each in change.fields if each.path.startswith(MARKS))
    yield from (each for each in fields if isinstance(each.new, str))
