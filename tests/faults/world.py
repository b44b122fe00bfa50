"""A small world of toys behind an API, and the kind that describes them: what the engine is tried on."""

import copy
import threading
from collections.abc import Iterator
from typing import Any, Self

from attrs import define, evolve, field, frozen

from tasktool_infra.engine.calls import GONE, Call, Reading, Step, Wait, write
from tasktool_infra.engine.clock import Clock
from tasktool_infra.engine.fields import exclusive, fact, identity, immutable, shared
from tasktool_infra.engine.owner import Owner, Ownership
from tasktool_infra.engine.resource import Departure, Example, Phase, Removal, Resource
from tasktool_infra.values.frozen import FrozenDict, thaw
from tests.faults.injection import api_error

OURS, THEIRS = Owner("toys", "test"), Owner("toys", "prod")
MARK = "owner"


@define(eq=False)
class World:
    """The toys that stand; ``lag`` seconds pass before a read shows a write, ``making`` before a toy is ready.

    Operations in ``ignored`` are accepted and change nothing.
    """

    clock: Clock
    lag: float = 0.0
    making: float = 0.0
    toys: dict[str, dict[str, Any]] = field(factory=dict)
    ignored: set[str] = field(factory=set)
    calls: list[Call] = field(factory=list)
    _history: list[tuple[float, dict[str, dict[str, Any]]]] = field(init=False, factory=list)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def send(self, call: Call) -> Any:
        with self._lock:
            self.calls.append(call)
            if call.operation == "get":
                return self._get(**call.parameters)
            self._history.append((self.clock.now(), copy.deepcopy(self.toys)))
            if call.operation not in self.ignored:
                getattr(self, f"_{call.operation}")(**thaw(call.parameters))
            return {}

    @property
    def writes(self) -> list[str]:
        """The operations that were to change something."""
        return [call.operation for call in self.calls if call.operation != "get"]

    def _shown(self) -> dict[str, dict[str, Any]]:
        later = [state for at, state in self._history if at + self.lag > self.clock.now()]
        return later[0] if later else self.toys

    def _get(self, name: str) -> dict[str, Any]:
        toys = self._shown()
        if name not in toys:
            raise api_error("NoSuchToy", 404)
        ready = self.clock.now() >= toys[name]["ready"]
        return {**copy.deepcopy(toys[name]), "status": "READY" if ready else "MAKING"}

    def _create(self, name: str, size: int, tags: dict[str, str]) -> None:
        if name in self.toys:
            raise api_error("ToyAlreadyExists", 409)
        ready = self.clock.now() + self.making
        self.toys[name] = {"size": size, "tags": tags, "colour": "", "parts": [], "ready": ready}

    def _toy(self, name: str) -> dict[str, Any]:
        if name not in self.toys:
            raise api_error("NoSuchToy", 404)
        return self.toys[name]

    def _paint(self, name: str, colour: str) -> None:
        self._toy(name)["colour"] = colour

    def _tag(self, name: str, tags: dict[str, str]) -> None:
        self._toy(name)["tags"].update(tags)

    def _add(self, name: str, part: str) -> None:
        self._toy(name)["parts"].append(part)

    def _drop(self, name: str, part: str) -> None:
        self._toy(name)["parts"].remove(part)

    def _delete(self, name: str) -> None:
        self._toy(name)
        del self.toys[name]


@frozen(kw_only=True)
class Toy(Resource):
    """A toy: its size can't change, its parts are ours alone, others may tag it."""

    kind = "toy"
    layer = "toys"

    name: str = identity()
    size: int = immutable("Choose another name.", default=1)
    colour: str = "red"
    parts: frozenset[str] = exclusive(default=frozenset(), converter=frozenset)
    tags: FrozenDict[str] = shared(default=FrozenDict(), converter=FrozenDict)
    precious: bool = fact(default=False)

    def read(self) -> Reading[Self | None]:
        answer = yield Call("toys", "get", {"name": self.name}, expects={"NoSuchToy": GONE})
        if answer is GONE:
            return None
        tags = answer["tags"]
        return type(self)(
            name=self.name,
            size=answer["size"],
            colour=answer["colour"],
            parts=answer["parts"],
            tags=FrozenDict({key: value for key, value in tags.items() if key in self.tags}),
            kept=tuple(sorted(tags.keys() - self.tags.keys())),
            settled=Phase.SETTLED if answer["status"] == "READY" else Phase.CREATING,
            ownership=self._ownership(tags.get(MARK)),
        )

    def _ownership(self, mark: str | None) -> Ownership:
        if mark is None:
            return Ownership.NOBODYS
        return Ownership.OURS if mark == self.tags.get(MARK) else Ownership.ANOTHERS

    def converge(self, live: Self | None) -> Iterator[Step]:
        me = {"name": self.name}
        if live is None:
            made = {**me, "size": self.size, "tags": dict(self.tags)}
            yield write("toys", "create", made, "make it", settles=("ToyAlreadyExists",))
            live = evolve(self, colour="", parts=frozenset(), settled=Phase.CREATING)
        if live.settled is not Phase.SETTLED:
            get = Call("toys", "get", me, expects={"NoSuchToy": GONE})
            yield Wait(get, "status == 'READY'", "status == 'BROKEN'", "status", 60, "it to be ready")
        if live.colour != self.colour:
            yield write("toys", "paint", {**me, "colour": self.colour}, "paint it")
        for part in sorted(self.parts - live.parts):
            yield write("toys", "add", {**me, "part": part}, f"add {part}")
        for part in sorted(live.parts - self.parts):
            yield write("toys", "drop", {**me, "part": part}, f"drop {part}", removes=f"part {part}")
        if live.tags != self.tags:
            yield write("toys", "tag", {**me, "tags": dict(self.tags)}, "tag it")

    def remove(self, live: Self, removal: Removal) -> Departure:
        if self.precious and not removal.delete_data:
            return Departure(stays="it is precious")
        me = {"name": self.name}
        gone = Wait(Call("toys", "get", me, expects={"NoSuchToy": GONE}), deadline=60, says="it to be gone")
        return Departure(steps=(write("toys", "delete", me, "delete it", expects={"NoSuchToy": GONE}), gone))

    def marked(self, owner: Owner) -> Self:
        return evolve(self, tags=self.tags | {MARK: str(owner)})

    def outputs(self) -> Iterator[tuple[str, str]]:
        yield f"toy {self.name}", self.colour

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return ()


@frozen(kw_only=True)
class Sandpit(Toy):
    """A toy that is used as it is when it carries no mark."""

    kind = "sandpit"
    used_unmarked = True

    def as_used(self, live: Self) -> Self:
        return evolve(live, settled=Phase.SETTLED)


def toy(name: str = "ball", **fields: Any) -> Toy:
    """Give a toy of ours."""
    return Toy(name=name, **fields).marked(OURS)
