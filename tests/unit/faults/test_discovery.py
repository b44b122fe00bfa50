"""A discovery cache that is corrupt, or that somebody else has written, does not matter."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.token import StaticToken
from tasktool_infra.kube.transport import KubeTransport
transport = KubeTransport(ClusterAccess(run_id="r", endpoint="http://127.0.0.1:9", tokens=StaticToken("t")))
try:
    transport.send(Call("kubernetes", "get", {"api_version": "apps/v1", "kind": "Deployment", "name": "a"}))
except ApiError as error:
    print(error.code, [name for name in opened if name.startswith(sys.argv[1])])
"""


def test_no_file_that_others_can_write_is_read_to_find_an_api(tmp_path: Path) -> None:
    """The client with discovery keeps what it found in the temp folder, readable and guessable for all."""
    for name in ("osrcp-abc.json", "osrcp-127.0.0.1.json"):
        (tmp_path / name).write_text("not what it should be")
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], env=environ, text=True, capture_output=True, check=False
    )
    assert run.stdout.strip() == "Unreachable []", run.stderr
