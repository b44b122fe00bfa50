"""What `import tasktool_infra` offers."""

import subprocess
import sys

import tasktool_infra


def test_every_public_name_is_there_and_has_one_home() -> None:
    homes = tasktool_infra._HOME_OF
    assert {*homes, "__version__"} == set(tasktool_infra.__all__)
    for name, home in homes.items():
        assert getattr(tasktool_infra, name).__name__ == name, f"{name} of {home}"


def test_importing_has_no_side_effects() -> None:
    code = (
        "import sys, threading, tasktool_infra as tt\n"
        "heavy = {'boto3', 'botocore', 'kubernetes', 'moto', 'cattrs', 'tenacity', 'yaml'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
        "assert threading.active_count() == 1\n"
        "assert 'provision' in dir(tt)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
