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


def test_kinds_are_imported_while_the_first_calls_fly() -> None:
    code = (
        "import sys\n"
        "import tasktool_infra.running\n"
        "late = [name for name in ('wishes', 'task_tool', 'aws.s3_bucket', 'kube.object', 'kube.client')\n"
        "        if f'tasktool_infra.{name}' in sys.modules]\n"
        "assert late == [], late\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
