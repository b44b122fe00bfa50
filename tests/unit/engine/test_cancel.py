"""Signals, tried on real processes."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM

import pytest

from tasktool_infra.engine.cancel import interruptible

PROGRAM = """
import signal, sys, threading, time
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.cancel import interruptible
from tasktool_infra.engine.driver import Driver, Task
from tasktool_infra.engine.retry import Table

class Slow:
    def send(self, call):
        print("called", flush=True)
        time.sleep(float(sys.argv[1]))
        return "home"

def asking():
    answer = yield Call("toys", "get")
    print(answer, flush=True)
    yield Call("toys", "get")

with Driver({"toys": Slow()}, Table(())) as driver:
    with interruptible(driver.interrupt, signals=(signal.SIGINT, signal.SIGTERM)):
        outcome = driver.run({"a": Task(asking())})["a"]
print(type(outcome.error).__name__)
sys.exit(7)
"""


@contextmanager
def program(seconds: float) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", PROGRAM, str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "called\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_the_first_signal_lets_the_call_under_way_end(number: signal.Signals) -> None:
    with program(0.3) as process:
        process.send_signal(number)
        said, faults = process.communicate(timeout=10)
    assert (said, faults, process.returncode) == ("home\nInterrupted\n", "", 7)


@pytest.mark.parametrize("second", [SIGINT, SIGTERM])
def test_the_second_signal_leaves_at_once_whichever_it_is(second: signal.Signals) -> None:
    with program(60) as process:
        process.send_signal(SIGINT)
        time.sleep(0.1)
        process.send_signal(second)
        said, faults = process.communicate(timeout=5)
    assert (said, faults, process.returncode) == ("", "", 130)


def test_the_handlers_before_are_put_back() -> None:
    before = signal.getsignal(SIGINT)
    interrupted: list[bool] = []
    with interruptible(lambda: interrupted.append(True), signals=(SIGINT,)):
        signal.raise_signal(SIGINT)
    assert interrupted == [True]
    assert signal.getsignal(SIGINT) is before


def test_on_another_thread_signals_are_left_alone() -> None:
    before, seen = signal.getsignal(SIGINT), []

    def other() -> None:
        with interruptible(lambda: None, signals=(SIGINT,)):
            seen.append(signal.getsignal(SIGINT))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert seen == [before]


HANGING = """
import threading
from tasktool_infra.engine.threads import Threads

begun, hung = threading.Event(), threading.Event()
threads = Threads(4)
threads.submit(lambda: (begun.set(), hung.wait(60)))
begun.wait(10)
threads.close()
"""


def test_a_call_that_hangs_does_not_hold_up_the_end_of_the_process() -> None:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", HANGING], check=True, timeout=20)
    assert time.monotonic() - began < 10
