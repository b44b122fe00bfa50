"""What a run begins early, beside its first calls."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(("context", "imported"), [("minikube", True), (None, False)])
def test_what_reads_kubeconfigs_is_imported_in_the_background_where_one_is_needed(
    context: str | None, imported: bool
) -> None:
    code = (
        "import sys, threading\n"
        "from tasktool_infra.opening import prepare_kubeconfig\n"
        "from tasktool_infra.settings.environment import Environment\n"
        f"prepare_kubeconfig([Environment(name='a', context={context!r})])\n"
        "for thread in threading.enumerate()[1:]:\n"
        "    thread.join(30)\n"
        f"assert ('kubernetes.client' in sys.modules) is {imported}\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
