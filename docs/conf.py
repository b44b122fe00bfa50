"""How the site is built: `tox -e docs`, strict about every link and reference. Notebooks are run for it."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "extensions")]

from tasktool_infra import __version__  # noqa: E402 - found by the line above

project = "tasktool_infra"
release = version = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "from_code"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "tasktool_infra"
exclude_patterns = ["_build", "extensions"]
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
os.environ["TASKTOOL_SANDBOX_HOME"] = sandbox = tempfile.mkdtemp(prefix="tasktool-docs-")
atexit.register(shutil.rmtree, sandbox, ignore_errors=True)
os.environ["PYTHONPATH"] = str(ROOT)
smartquotes = False  # options begin with two hyphens
