"""Runs in a real kernel: the notebook of the site, and what the cells of others show."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

ROOT = Path(__file__).parents[2]
STOP_AFTER_THE_FIRST = """
import os, signal
from tasktool_infra.engine.events import Finished
from tasktool_infra.report.cell import Cell

def interrupted(times, call=Cell.__call__):
    def told(cell, event):
        call(cell, event)
        if isinstance(event, Finished) and Cell.__call__ is told:
            Cell.__call__ = call
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)
    Cell.__call__ = told
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder like a checkout, and kernels a sandbox and settings of their own."""
    for name in ("tasktool_infra", "kustomize", "environments.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setenv("TASKTOOL_SANDBOX_HOME", str(tmp_path / "sandbox"))
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "jupyter"))
    return tmp_path


def executed(notebook: Any, folder: Path) -> list[list[Any]]:
    """Run all cells of a notebook as they stand, and give the outputs of those with code."""
    # Sockets in a folder of the user's own, where a port would be open to everybody on the machine.
    sockets = Config(KernelManager={"transport": "ipc", "ip": str(folder / "kernel")})
    client = NotebookClient(notebook, config=sockets, kernel_name="python3", timeout=120)
    client.execute(cwd=str(folder))
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(autouse=True)
def _loop() -> Iterator[None]:
    """Give the client a loop of this test's own, and leave none behind."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


def notebook(*cells: str) -> Any:
    made = [nbformat.v4.new_code_cell(cell, metadata={"tags": ["raises-exception"]}) for cell in cells]
    return nbformat.v4.new_notebook(cells=made)


def texts(outputs: list[Any]) -> list[str]:
    """Give what is read of outputs, one by one."""
    return [
        output.data["text/plain"] if "data" in output else output.get("text", output.get("evalue"))
        for output in outputs
    ]


def test_the_notebook_of_the_site_runs_from_top_to_bottom(folder: Path) -> None:
    page = nbformat.read(ROOT / "docs" / "tutorial" / "notebook.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in page.cells)
    cells = executed(page, folder)
    whole = "\n".join(text for outputs in cells for text in texts(outputs))
    assert whole.count("The sandbox is not AWS") == 1
    for said in ("No changes.", "versioning: Run provision", "This needs a yes"):
        assert whole.count(said) == 1
    assert [line.split(" (")[0] for line in whole.splitlines() if line.startswith("Done: ")] == [
        "Done: 23 added, 0 changed, 0 destroyed",
        "Done: 0 added, 1 changed, 0 destroyed",
        "Done: 0 added, 0 changed, 23 destroyed",
    ]
    assert not any("Reading what stands" in text for outputs in cells for text in texts(outputs))
    values = [o.data for outputs in cells for o in outputs if o.output_type == "execute_result"]
    assert sum("text/html" in each for each in values) == 7


def test_a_cell_is_interrupted_and_asks_nobody_and_what_it_does_not_do_is_said_in_words(folder: Path) -> None:
    run = 'tt.provision("prod", sandbox=True, only="aws")'
    cells = executed(
        notebook(
            f"import tasktool_infra as tt\n{STOP_AFTER_THE_FIRST}",
            f"interrupted(1)\n{run}",
            f"interrupted(2)\n{run}",
            f"result = {run}",
            'tt.teardown("prod", sandbox=True, only="aws")',
            "from tasktool_infra import sandbox\nsandbox.stop()",
        ),
        folder,
    )
    once, _, _, asked = map(texts, cells[1:5])
    assert once[0].count("Done: ") == 1
    assert once[1:] == ["Interrupted.\nRun again to continue: what stands is kept."]
    assert cells[1][1].traceback == [f"RunFailed: {once[1]}"]
    # The second leaves the run, and never the kernel: the cells below were run.
    assert cells[2][-1].ename == "KeyboardInterrupt"
    assert not any(output.output_type == "error" for output in cells[3])
    assert asked[-1].startswith("This needs a yes, which was not given; nothing was written:")
    assert cells[4][-1].traceback == [f"Declined: {asked[-1]}"]
