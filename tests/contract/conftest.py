"""The emulators, one of each for a session."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.contract.bench import Bench, aws_bench
from tests.contract.emulators import ACCOUNT, EMULATORS, REGION, Emulator
from tests.contract.gaps import GAPS


@pytest.fixture(scope="session")
def emulators() -> Iterator[dict[str, tuple[Emulator, Bench]]]:
    """Keep what was started until the end: an emulator starts with the first test that needs it."""
    with ExitStack() as stack:
        yield Started(stack)


class Started(dict[str, tuple[Emulator, Bench]]):
    """Starts what is asked for and is not there."""

    def __init__(self, stack: ExitStack) -> None:
        super().__init__()
        self._stack = stack

    def __missing__(self, name: str) -> tuple[Emulator, Bench]:
        emulator = self._stack.enter_context(EMULATORS[name]())
        bench = aws_bench(name, emulator.endpoint, REGION, ACCOUNT)
        bench.forget = emulator.forget
        self._stack.callback(bench.raw.close)
        self[name] = emulator, bench
        return self[name]


@pytest.fixture
def bench(request: pytest.FixtureRequest, emulators: dict[str, tuple[Emulator, Bench]]) -> Bench:
    """Give an empty emulator by its name."""
    _, bench = emulators[request.param]
    bench.forget()
    return bench


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the failures that emulators cause, and only those: one that no longer fails is a failure."""
    for item in items:
        gap = GAPS.get(item.name)
        if gap is not None:
            item.add_marker(pytest.mark.xfail(reason=gap, strict=True))
