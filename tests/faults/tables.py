"""DynamoDB as slow and as strict as it is: tables and indexes take their time, and one change waits for the other.

Source: DynamoDB API reference, CreateTable, UpdateTable, DeleteTable, UpdateContinuousBackups.
"""

import copy
import threading
from typing import Any

from attrs import define, field

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.clock import Clock
from tests.faults.said import aws

CHANGES = ("update_table", "delete_table", "tag_resource", "untag_resource")
BACKUPS = "update_continuous_backups"
IN_USE = aws("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being changed")
NO_BACKUPS = aws("ContinuousBackupsUnavailableException", "Backups are being enabled for the table: try again later")
TWO_INDEXES = aws(
    "LimitExceededException", "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously"
)


@define
class _Table:
    creating: float
    updating: float = 0.0
    backups: float = 0.0
    indexes: dict[str, float] = field(factory=dict)

    @property
    def busy(self) -> float:
        return max(self.creating, self.updating, *self.indexes.values(), 0.0)


@define(eq=False)
class SlowTables:
    """A hook by which a table is CREATING or UPDATING for some ``seconds``, and its indexes for ``index_seconds``.

    For ``backup_seconds`` after a creation, backups can't be switched. Changes meanwhile are refused.
    """

    clock: Clock
    seconds: float = 30.0
    index_seconds: float = 300.0
    backup_seconds: float = 60.0
    refused: int = 0
    _tables: dict[str, _Table] = field(init=False, factory=dict)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def before(self, call: Call, attempt: int) -> None:
        table = self._table(call)
        if call.service != "dynamodb" or table is None or not call.writes:
            return
        now = self.clock.now()
        with self._lock:
            self.refused += 1
            if call.operation in CHANGES and now < table.busy:
                raise IN_USE(call)
            if len([u for u in call.parameters.get("GlobalSecondaryIndexUpdates", ()) if "Update" not in u]) > 1:
                raise TWO_INDEXES(call)
            if call.operation == BACKUPS and now < max(table.creating, table.backups):
                raise (IN_USE if now < table.creating else NO_BACKUPS)(call)
            self.refused -= 1

    def after(self, call: Call, answer: Any) -> Any:
        now, name = self.clock.now(), _name(call)
        with self._lock:
            if call.operation == "create_table":
                done = now + self.seconds
                self._tables[name] = _Table(done, backups=done + self.backup_seconds)
            elif call.operation == "update_table":
                self._update(call, self._tables.setdefault(name, _Table(0.0)), now)
            elif call.operation == "delete_table":
                self._tables.pop(name, None)
            elif call.operation == "describe_table" and name in self._tables:
                return self._shown(self._tables[name], copy.deepcopy(answer), now)
        return answer

    def _update(self, call: Call, table: _Table, now: float) -> None:
        table.updating = now + self.seconds
        for update in call.parameters.get("GlobalSecondaryIndexUpdates", ()):
            if "Create" in update:
                table.indexes[update["Create"]["IndexName"]] = now + self.index_seconds

    def _shown(self, table: _Table, answer: Any, now: float) -> Any:
        described = answer["Table"]
        if now < table.busy:
            described["TableStatus"] = "CREATING" if now < table.creating else "UPDATING"
        for index in described.get("GlobalSecondaryIndexes", ()):
            if now < max(table.indexes.get(index["IndexName"], 0.0), table.creating):
                index["IndexStatus"] = "CREATING"
        return answer

    def _table(self, call: Call) -> _Table | None:
        return self._tables.get(_name(call))


def _name(call: Call) -> str:
    named = call.parameters.get("TableName") or call.parameters.get("ResourceArn", "")
    return str(named).rpartition("/")[2]
