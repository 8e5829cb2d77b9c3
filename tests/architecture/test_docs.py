"""The documentation names files, pages, headings and names of the code that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from damnit_daemon.settings import KNOWN

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


def rows(page: str) -> list[list[str]]:
    """Return the cells of the tables of a page, without their heads."""
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table]


def test_the_page_of_settings_has_each_and_when_it_takes_effect():
    effects = {name: row[3] for row in rows("settings.md") if len(row) == 4
               for name in SPAN.findall(row[0])}  # fmt: skip
    kept = {name: "" for name, setting in KNOWN.items() if not setting.editable}
    restart = {name: "restart" for name, setting in KNOWN.items() if setting.needs_restart}
    wanted = dict.fromkeys(KNOWN, "next job") | restart | kept | {"damnit_python": ""}
    assert effects == wanted


def environment_variables() -> set[str]:
    """Return the names that the code looks up in an environment."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "src").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    constants: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                constants.setdefault(ast.unparse(target), set()).add(str(node.value.value))
    looked_up = [key for node in nodes if (key := key_looked_up(node)) is not None]
    names = {str(key.value) for key in looked_up if isinstance(key, ast.Constant)}
    for key in looked_up:
        names |= constants.get(ast.unparse(key), set())
    return {name for name in names if re.fullmatch(r"[A-Z][A-Z0-9_]+", name)}


def key_looked_up(node: ast.AST) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Attribute(value=where, attr="get" | "pop"), args=[key, *_]):
            pass
        case ast.Subscript(value=where, slice=key):
            pass
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[where]):
            pass
        case _:
            return None
    return key if re.search(r"\b_?(environ|environment|base)$", ast.unparse(where)) else None


def test_the_page_of_settings_has_each_environment_variable():
    named = {name for row in rows("settings.md") if len(row) == 2 for name in SPAN.findall(row[0])}
    found = environment_variables()
    assert {"EXTRA_DATA_DATA_ROOT", "TMUX", "SLURM_CONF"} <= found
    assert found - named == set()


def test_error_messages_on_their_page_are_those_of_the_code():
    sources = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    text = re.sub(r"\"\s+f?\"", "", sources)  # literals that continue on the next line
    messages = [SPAN.findall(row[0]) for row in rows("errors.md")]
    parts = [
        part.strip(" .:()") for spans in messages for span in spans for part in span.split("…")
    ]
    assert parts
    assert [part for part in parts if part not in text] == []
