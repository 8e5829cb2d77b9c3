"""The documentation names files, pages, headings and names of the code that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PAGES.remove(ROOT / "CHANGELOG.md")  # names what was true at the time
BASES = [ROOT, *(ROOT / each for each in ("src", "src/damnit_daemon", "src/damnit_tui", "tests"))]
OF_CODE = [page for page in PAGES if page.parent.name == "internals"]
OF_CODE += [ROOT / "docs" / name for name in ("architecture.md", "glossary.md")]
OF_USERS = {"context.py", "json.py", "matplotlib.py", "script.py", "__init__.py"}
"""Python files of users, in examples."""
SPAN = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w./{}, -]+\.py|(src|tests|docs|bench|damnit_\w+)/[\w./{},…]*")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def spans(page: Path) -> list[str]:
    return SPAN.findall(FENCE.sub("", page.read_text(encoding="utf-8")))


def alternatives(span: str) -> Iterator[str]:
    """Expand braces: `store/{a,b}.py` names two files."""
    if not (found := re.search(r"\{([^}]*)\}", span)):
        yield span
        return
    for word in found[1].split(","):
        yield from alternatives(span[: found.start()] + word.strip(" …") + span[found.end() :])


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_named_in_the_docs_exist(page):
    bases = [*BASES, page.parent]
    lost = []
    for span in spans(page):
        if not FILE.fullmatch(span):
            continue
        for path in alternatives(span):
            is_there = any((base / path).exists() for base in bases) or any(
                (base / row / path).exists() for base in BASES for row in folders_in_row(page, span)
            )
            if path not in OF_USERS and not is_there:
                lost.append(path)
    assert lost == []


def folders_in_row(page: Path, span: str) -> set[Path]:
    """Return the folders of files in the same line: `ledger/jobs.py`, `queue.py`."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if f"`{span}`" in line]
    named = {Path(other) for line in lines for other in SPAN.findall(line) if "/" in other}
    return {each if not each.suffix else each.parent for each in named}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_of_the_docs_lead_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", OF_CODE, ids=name_of)
def test_names_of_the_code_in_the_design_pages_exist(page):
    sources = [*(ROOT / "src").rglob("*.py"), ROOT / "damnit_ctx.py"]
    words = set(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in sources)))
    named = [span for span in spans(page) if re.fullmatch(r"[A-Za-z_][\w.]*(\(\))?", span)]
    named = [span for span in named if not span.endswith((".py", ".md", ".toml", ".h5"))]
    assert [span for span in named if not words.issuperset(span.strip("()").split("."))] == []


def steps(page: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the files and the names of each numbered line that begins with a file."""
    for line in page.read_text(encoding="utf-8").splitlines():
        if re.match(r"\d+\. `[\w/]+\.py`", line):
            named = SPAN.findall(line)
            names = [span for span in named if re.fullmatch(r"[A-Za-z_][\w.]*", span)]
            files = [span for span in named if span.endswith(".py")]
            yield files, [name for name in names if name not in files]


@pytest.mark.parametrize("page", OF_CODE, ids=name_of)
def test_each_step_names_what_its_files_contain(page):
    lost = []
    for files, names in steps(page):
        paths = [base / file for file in files for base in BASES if (base / file).exists()]
        words = set(re.findall(r"\w+", "\n".join(path.read_text("utf-8") for path in paths)))
        lost += [(files, name) for name in names if not words.issuperset(name.split("."))]
    assert lost == []
