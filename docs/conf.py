"""How the site is built: `tox -e docs`, strict about every link and reference."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "extensions")]

from tasktool_infra import __version__  # noqa: E402 - found by the line above

project = "tasktool_infra"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "from_code"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "tasktool_infra"
exclude_patterns = ["_build", "extensions"]
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
smartquotes = False  # options begin with two hyphens
