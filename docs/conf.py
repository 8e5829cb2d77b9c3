"""Settings of Sphinx; `nox -s docs` builds the site in `build/docs`.

The pages are the Markdown files of this folder, written to be read on a code host, too. The
navigation is derived from the links in `index.md`, so that no page needs a directive for it.
"""

from __future__ import annotations

import re
from importlib import metadata
from typing import Any

from sphinx.application import Sphinx

project = "damnit-tui"
release = metadata.version(project)
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 4  # the anchors of code hosts
suppress_warnings = ["myst.header"]
napoleon_use_ivar = True  # attributes once, by their section
default_role = "code"  # docstrings use single backticks, as in Markdown
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": False}
autodoc_typehints_format = "short"
html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False


def add_navigation(app: Sphinx, name: str, source: list[str]) -> None:
    """Append a hidden table of contents for each heading of `index.md`."""
    if name != app.config.root_doc:
        return
    for part in re.split(r"^## ", source[0], flags=re.MULTILINE)[1:]:
        caption, _, body = part.partition("\n")
        pages = "\n".join(re.findall(r"^\* \[.*?\]\(([\w/-]+)\.md\)", body, re.MULTILINE))
        source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n"


def mark_code(*event: Any) -> None:
    """Make code of the first indented block of a docstring, as in Markdown."""
    lines: list[str] = event[-1]
    before = ""
    for number, line in enumerate(lines.copy()):
        if line.startswith("    ") and before and not before.startswith((" ", ":", "..", "*")):
            lines[:] = [*lines[:number], "::", "", *lines[number:]]
            return
        before = line or before


def setup(app: Sphinx) -> None:
    """Connect the two changes above; Napoleon has handled the sections before (priority 500)."""
    app.connect("source-read", add_navigation)
    app.connect("autodoc-process-docstring", mark_code, priority=900)
