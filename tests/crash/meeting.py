"""Two runs at once in one world: their calls in an order that a seed decides, each run on a thread of its own."""

import threading
from collections.abc import Sequence

from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.engine.execute import Result
from tests.crash.prod import Prod
from tests.faults.stage import StagedRun

Outcome = Result | BaseException


def meet(world: Prod, commands: Sequence[str], seed: int) -> list[Outcome]:
    """Start all commands together; give what each came to, a result or what it raised."""
    stage = world.stage
    stage.drawn.seed(seed)
    stage.shuffled = True
    runs = [stage.enter() for _ in commands]
    outcomes: list[Outcome] = [TasktoolError("it never began") for _ in commands]

    def go(number: int, run: StagedRun) -> None:
        try:
            outcomes[number] = world.run(commands[number], run)
        except BaseException as error:  # noqa: BLE001 - it is the outcome
            outcomes[number] = error
            run.close()

    threads = [threading.Thread(target=go, args=each, daemon=True) for each in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stage.shuffled = False
    return outcomes


def truthful(outcome: Outcome) -> bool:
    """Say whether a run ended as it should: well, or with an error that tells people what to do."""
    if isinstance(outcome, Result):
        return True
    return isinstance(outcome, TasktoolError) and "unexpected" not in str(outcome) and bool(outcome.next_step)
