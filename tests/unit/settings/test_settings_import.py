"""Reading settings must not cost a run its first moment."""

import subprocess
import sys

QUESTION = """
import sys, attrs
import tasktool_infra.settings.load
print(*sorted({"tomllib", "difflib", "boto3", "kubernetes"} & set(sys.modules)))
"""


def test_what_is_seldom_needed_is_not_imported() -> None:
    found = subprocess.run([sys.executable, "-c", QUESTION], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
