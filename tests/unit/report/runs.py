"""Events of a run, to be shown: one of each sort."""

from collections.abc import Iterator

from tasktool_infra.engine.calls import Call, Wait, write
from tasktool_infra.engine.errors import ApiError, DeadlinePassed, Problem, TasktoolError
from tasktool_infra.engine.events import (
    Called,
    Ended,
    Event,
    Failed,
    Finished,
    Noted,
    Planned,
    Retrying,
    Started,
    Stepped,
    Waiting,
)
from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.plan import Action
from tests.unit.report.plans import EVERYTHING, change, key, plan

TABLE, ROLE = key("dynamodb_table.tasks"), key("iam_role.Odd")
CALL = Call("dynamodb", "describe_table", {"TableName": "tasks"})
DENIED = ApiError("AccessDenied", "no", call="iam.create_role", status=403, request_id="r-1", problem=Problem.DENIED)
WAIT = Wait(CALL, done="x", says="the table and its indexes to be active")
PLAN = plan(
    change("dynamodb_table.tasks", Action.CREATE),
    change("iam_role.Odd", Action.UPDATE),
    change("job.late", Action.WAITING, reason="the tag 1 is absent", next_step="Push it:\n  docker push x"),
)
RESULT = Result(
    plan=PLAN,
    done=(TABLE,),
    failed={ROLE: DENIED},
    waiting=(key("job.late"),),
    outputs={"table": "tasks", "url": "https://task.example.com"},
    seconds={TABLE: 41.04},
    took=42.0,
)


def events() -> Iterator[Event]:
    """Give one event of each sort, in an order in which they may come."""
    yield Noted(at=0.0, text="a note")
    yield Called(at=1.0, call=CALL, seconds=0.5, request_id="r-0")
    yield Planned(at=1.5, plan=EVERYTHING)
    yield Planned(at=2.0, plan=PLAN)
    yield Started(at=2.0, key=TABLE, action=Action.CREATE)
    yield Stepped(at=2.0, key=TABLE, step=write("dynamodb", "create_table", {}, "create the table"))
    yield Called(at=2.5, call=CALL, seconds=0.5, error=DENIED, request_id="r-1")
    yield Retrying(at=2.5, call=CALL, error=DENIED, why="throttled", pause=2.0)
    yield Stepped(at=3.0, key=TABLE, step=WAIT)
    yield Waiting(at=5.0, key=TABLE, what=WAIT.says, seen="user_index CREATING", seconds=2.0)
    yield Started(at=5.0, key=ROLE, action=Action.UPDATE)
    yield Failed(at=6.0, key=ROLE, error=DENIED)
    yield Finished(at=43.0, key=TABLE, action=Action.CREATE, seconds=41.0)
    yield Ended(at=44.0, result=RESULT)
    late = DeadlinePassed("late", next_step="Run again.")
    yield Ended(at=44.0, result=Result(plan=PLAN, failed={ROLE: late, TABLE: TasktoolError("odd")}, interrupted=True))
