"""The threads that make calls."""

import threading

from tasktool_infra.engine.threads import Threads


def running() -> int:
    return sum(thread.name.startswith("tasktool-") for thread in threading.enumerate())


def test_there_are_as_many_threads_as_jobs_but_no_more_than_told() -> None:
    before, together, done = running(), threading.Barrier(3, timeout=10), threading.Semaphore(0)

    def job() -> None:
        together.wait()
        done.release()

    threads = Threads(3)
    for _ in range(6):
        threads.submit(job)
    assert all(done.acquire(timeout=10) for _ in range(6))
    assert running() - before <= 3
    threads.close()


def test_closed_threads_end_and_jobs_that_wait_are_dropped() -> None:
    begun, go, dropped = threading.Event(), threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        go.wait(10)

    threads = Threads(1)
    threads.submit(job)
    threads.submit(dropped.set)
    assert begun.wait(10)
    worker = next(thread for thread in threading.enumerate() if thread.name == "tasktool-1")
    threads.close()
    go.set()
    worker.join(10)
    assert not dropped.is_set()
