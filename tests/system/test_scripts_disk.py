"""A disk without space, a home that can't be written: commands go on without it, or say what is wrong."""

import resource
from pathlib import Path

import pytest

from tests.system.world import World, ended, heed_interrupts

FULL = Path("/dev/full")


def without_room() -> None:
    """Let no byte into any file, as on a full disk; pipes go on."""
    heed_interrupts()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_what_needs_no_file_goes_on_without_room_and_without_a_home(cloud: World) -> None:
    nowhere = cloud.shell.having(HOME="/dev/null", XDG_CACHE_HOME="/dev/null/cache", AWS_CONFIG_FILE="/dev/null/config")
    with nowhere.start("provision", "prod", preexec_fn=without_room) as process:
        ended(process)
    assert nowhere.run("plan", "prod").summary.startswith("No changes.")


def test_what_needs_a_file_says_that_there_is_no_room(cloud: World) -> None:
    with cloud.untouched(), cloud.shell.start("plan", "prod", "--only", "app", preexec_fn=without_room) as process:
        done = ended(process, expect=None)
    assert done.code != 0
    assert "temporary" in done.err
    assert "TMPDIR" in done.err
    assert "fault of tasktool itself" not in done.err


def test_a_plan_that_finds_no_room_is_told_and_leaves_no_half_of_itself(cloud: World) -> None:
    command = ("plan", "prod", "--out", "prod.plan")
    with cloud.shell.start(*command, preexec_fn=without_room) as process:
        done = ended(process, expect=None)
    assert done.code not in (0, 2)
    assert "prod.plan" in done.err
    assert "File too large" in done.err
    assert [file.name for file in cloud.shell.folder.iterdir() if "plan" in file.name] == []


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_under_the_output_is_named_and_the_work_comes_to_its_end(cloud: World) -> None:
    with FULL.open("w") as full, cloud.shell.start("provision", "prod", stdout=full) as process:
        done = ended(process)
    assert done.err.count("The output can't be written any more: No space left on device. The work goes on.") == 1
    assert cloud.shell.run("plan", "prod").summary.startswith("No changes.")
