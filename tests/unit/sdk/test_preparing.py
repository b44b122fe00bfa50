"""What a run begins early, beside its first calls."""

import subprocess
import sys


def test_the_kubernetes_client_is_imported_in_the_background() -> None:
    code = (
        "import sys, threading\n"
        "from tasktool_infra.opening import prepare_kubernetes\n"
        "assert 'kubernetes' not in sys.modules\n"
        "prepare_kubernetes()\n"
        "for thread in threading.enumerate()[1:]:\n"
        "    thread.join(30)\n"
        "assert 'kubernetes.client' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
