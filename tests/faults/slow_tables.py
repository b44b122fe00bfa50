"""Tables that take their time, as those of DynamoDB do: CREATING, UPDATING, DELETING, and what is refused meanwhile.

Source: DynamoDB API reference, CreateTable, UpdateTable, DeleteTable and UpdateContinuousBackups.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.engine.transport import Transport

CREATION, CHANGE, INDEX, DELETION, BACKUPS = 8.0, 3.0, 12.0, 6.0, 15.0
"""How long each takes, in seconds."""


@define
class State:
    """What is under way with one table: until when, by name of an index or, for the table itself, by nothing."""

    until: dict[str, float] = field(factory=dict)
    doing: dict[str, str] = field(factory=dict)
    backups: float = 0.0
    going: Any = None
    """Its last description, once it is being deleted."""
    leaving: dict[str, Any] = field(factory=dict)
    """The descriptions of indexes that are being deleted."""


@define(eq=False)
class SlowTables:
    """A transport to a DynamoDB that is instantly done, and the time that a real one takes."""

    upstream: Transport
    now: Callable[[], float]
    tables: dict[str, State] = field(factory=dict)

    def send(self, call: Call) -> Any:
        """Give the answer that a real one would give at this time."""
        name = _table(call.parameters)
        state = self.tables.get(name)
        if state is not None:
            self._pass(name, state)
            state = self.tables.get(name)
        handle = getattr(self, f"_{call.operation}", None)
        return handle(call, name, state) if handle else self.upstream.send(call)

    def unsettled(self) -> list[str]:
        """Give the tables with which something is under way."""
        return sorted(name for name, state in self.tables.items() if any(u > self.now() for u in state.until.values()))

    def _pass(self, name: str, state: State) -> None:
        """Let what is due by now be done."""
        for part, until in list(state.until.items()):
            if until <= self.now():
                del state.until[part], state.doing[part]
                state.leaving.pop(part, None)
        if state.going is not None and "" not in state.until:
            del self.tables[name]

    def _begin(self, name: str, what: str, seconds: float, index: str = "") -> State:
        state = self.tables.setdefault(name, State())
        state.until[index], state.doing[index] = self.now() + seconds, what
        return state

    def _free(self, call: Call, name: str, state: State | None) -> None:
        """Refuse what has to wait until the table is active."""
        if state is None or not state.doing:
            return
        busy = ", ".join(f"{part or name} is {doing}" for part, doing in state.doing.items())
        raise ApiError("ResourceInUseException", f"Table is being changed: {busy}", call=call.name, status=400)

    def _create_table(self, call: Call, name: str, state: State | None) -> Any:
        self._free(call, name, state)
        answer = self.upstream.send(call)
        self._begin(name, "CREATING", CREATION).backups = self.now() + BACKUPS
        for index in call.parameters.get("GlobalSecondaryIndexes", ()):
            self._begin(name, "CREATING", CREATION, index["IndexName"])
        return answer

    def _update_table(self, call: Call, name: str, state: State | None) -> Any:
        self._free(call, name, state)
        changes = call.parameters.get("GlobalSecondaryIndexUpdates", ())
        indexes = [(verb, each[verb]["IndexName"]) for each in changes for verb in each if verb != "Update"]
        if len(indexes) > 1:
            said = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
            raise ApiError("LimitExceededException", said, call=call.name, status=400)
        before = self.upstream.send(Call("dynamodb", "describe_table", {"TableName": name}))["Table"]
        answer = self.upstream.send(call)
        self._begin(name, "UPDATING", CHANGE)
        for verb, index in indexes:
            doing = {"Create": "CREATING", "Delete": "DELETING"}[verb]
            state = self._begin(name, doing, INDEX, index)
            self._begin(name, "UPDATING", INDEX)
            gone = [each for each in before.get("GlobalSecondaryIndexes", ()) if each["IndexName"] == index]
            if verb == "Delete":
                state.leaving |= {index: gone[0]}
        return answer

    def _update_continuous_backups(self, call: Call, name: str, state: State | None) -> Any:
        if state is not None and state.backups > self.now():
            said = "Backups are being enabled for the table: retry later"
            raise ApiError("ContinuousBackupsUnavailableException", said, call=call.name, status=400)
        return self.upstream.send(call)

    def _tag_resource(self, call: Call, name: str, state: State | None) -> Any:
        self._free(call, name, state)
        return self.upstream.send(call)

    _update_time_to_live = _tag_resource

    def _delete_table(self, call: Call, name: str, state: State | None) -> Any:
        self._free(call, name, state)
        described = self.upstream.send(Call("dynamodb", "describe_table", {"TableName": name}))
        answer = self.upstream.send(call)
        self._begin(name, "DELETING", DELETION).going = described
        return answer

    def _describe_table(self, call: Call, name: str, state: State | None) -> Any:
        if state is None:
            return self.upstream.send(call)
        answer = copy.deepcopy(state.going) if state.going is not None else self.upstream.send(call)
        table = answer["Table"]
        table["TableStatus"] = state.doing.get("", "ACTIVE")
        indexes = [*table.get("GlobalSecondaryIndexes", ()), *copy.deepcopy(list(state.leaving.values()))]
        for index in indexes:
            index["IndexStatus"] = state.doing.get(index["IndexName"], "ACTIVE")
        if indexes:
            table["GlobalSecondaryIndexes"] = indexes
        return answer


def _table(parameters: Mapping[str, Any]) -> str:
    return str(parameters.get("TableName") or parameters.get("ResourceArn", "").rpartition("/")[2])
