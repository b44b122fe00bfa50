"""What is interrupted: runs of the environment `prod`, each from a world that was made ready for it."""

from collections.abc import Callable

from attrs import frozen

from tests.crash.drift import drifted, filled
from tests.crash.prod import AGAIN, Prod
from tests.crash.view import Found, aws_view, cluster_view


@frozen
class Scenario:
    """A command, and what is there when it starts."""

    name: str
    command: str
    ready: Callable[[Prod], None]

    def again(self, world: Prod) -> Found:
        """Run the command once more, some time later, and give what stands then."""
        world.stage.advance(AGAIN)
        world.run(self.command)
        return view(world)


def view(world: Prod) -> Found:
    """Give everything that stands, and whether anything is still under way."""
    world.cluster.settle()
    stands = aws_view(world.cloud.client) | cluster_view(world.cluster.everything())
    return stands | {"under way": world.cloud.tables.unsettled()}


def _nothing(_: Prod) -> None:
    """Leave the worlds as new."""


def _images(world: Prod) -> None:
    world.run("provision")
    world.push()
    world.stage.advance(AGAIN)


def _drift(world: Prod) -> None:
    world.whole()
    drifted(world)


def _data(world: Prod) -> None:
    world.whole()
    filled(world.cloud.client)


SCENARIOS = (
    Scenario("provision", "provision", _nothing),
    Scenario("rollout", "provision", _images),
    Scenario("repair", "provision", _drift),
    Scenario("teardown", "teardown", _data),
)
