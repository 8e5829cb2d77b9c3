"""Each look of the app is a role of `damnit_tui.themes`; no other module names a colour."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import damnit_tui
from damnit_tui.themed_app import THEMES
from damnit_tui.themes import ROLES, SERIES, component, role_variables

from .test_house import app_classes

SOURCE = Path(damnit_tui.__file__).parent
HOME = "themes.py"
AREAS = {
    "background", "surface", "panel", "boost", "foreground",
    "footer-background", "footer-foreground",
}  # fmt: skip
"""Textual's own roles for areas, and for plain text on them."""
PROPERTY = re.compile(
    r"\b((?:[\w-]+-)?(?:color|background|style|tint)|background-hover|background-active"
    r"|scrollbar-[\w-]+|border(?:-\w+)?|outline(?:-\w+)?):\s*([^;}\n]+)[;}]"
)
FREE = re.compile(r"none|transparent|(?:solid|round|heavy|tall|wide|blank)|scrollbar-size.*|\d+")
VARIABLE = re.compile(r"\$([\w-]+)")
HEX = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}\b")
WORDS = re.compile(
    r"(?:(?:on|not|bright_\w+|bold|dim|italic|underline|reverse|strike|blink|black|red|green"
    r"|yellow|blue|magenta|cyan|white)\b\s*)+"
)
STYLING = {"Text", "append", "assemble", "stylize", "styled", "parse", "Segment"}


def files() -> list[Path]:
    found = (*SOURCE.rglob("*.py"), *SOURCE.rglob("*.tcss"))
    return sorted(path for path in found if path.relative_to(SOURCE).as_posix() != HOME)


def variables() -> set[str]:
    return {f"{r}-{part}" for r, look in ROLES.items() for part, v in look._asdict().items() if v}


def css_of(path: Path) -> list[str]:
    if path.suffix == ".tcss":
        return [path.read_text()]
    names = {"DEFAULT_CSS", "CSS"}
    return [
        ast.literal_eval(node.value)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in names
        and isinstance(node.value, ast.Constant)
    ]


def literals(css: str) -> list[str]:
    known = AREAS | variables()
    found = [name for name in VARIABLE.findall(css) if name not in known]
    for name, value in PROPERTY.findall(css):
        parts = value.split()
        found += [
            f"{name}: {value}"
            for part in parts
            if not part.startswith("$") and not FREE.fullmatch(part)
        ]
        found += [f"{name}: {value}"] * (len(parts) > 1 and parts[-1].endswith("%"))
    return found


def styles_in(tree: ast.AST) -> list[str]:
    """Return literal styles handed to what styles text."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in STYLING:
            given = [*node.args, *(word.value for word in node.keywords)]
            found += [
                part.value
                for each in given
                for part in ast.walk(each)
                if isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and WORDS.fullmatch(part.value)
            ]
        if name == "Style":
            found += [w.arg for w in node.keywords if w.arg and WORDS.fullmatch(w.arg)]
    return found


def test_style_sheets_name_roles_not_colours():
    found = {
        str(path.relative_to(SOURCE)): wrong
        for path in files()
        if (wrong := [each for css in css_of(path) for each in literals(css)])
    }
    assert found == {}


def test_renderers_name_roles_not_styles():
    found = {
        str(path.relative_to(SOURCE)): wrong
        for path in files()
        if path.suffix == ".py" and (wrong := styles_in(ast.parse(path.read_text())))
    }
    assert found == {}


def test_roles_decide_nothing_but_the_style():
    found = {
        str(path.relative_to(SOURCE)): wrong
        for path in files()
        if path.suffix == ".py" and (wrong := decisions_by_role(ast.parse(path.read_text())))
    }
    assert found == {}


def decisions_by_role(tree: ast.AST) -> list[str]:
    """Return comparisons of roles, except with `text`, the role without a style of its own."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(is_role, sides)) and ast.unparse(sides[-1]) != "'text'":
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if is_role(node.func.value):
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Match) and is_role(node.subject):
            found.append(ast.unparse(node.subject))
    return found


def is_role(node: ast.AST) -> bool:
    name = getattr(node, "attr", getattr(node, "id", ""))
    return name == "role" or name.endswith("_role")


def test_no_colour_is_written_as_a_number():
    found = {
        (str(path.relative_to(SOURCE)), colour)
        for path in files()
        for colour in HEX.findall(path.read_text())
    }
    assert found == set()


def test_component_classes_are_roles():
    classes = {component(role) for role in ROLES}
    used = {
        each
        for cls in app_classes()
        for each in vars(cls).get("COMPONENT_CLASSES", ())
        if cls.__module__.startswith("damnit_tui")
    }
    assert used <= classes


def test_each_role_is_used():
    code = "\n".join(path.read_text() for path in files())
    unused = {
        role
        for role in ROLES
        if f'"{role}"' not in code and f"${role}-" not in code and not role.startswith("series")
    }
    assert unused == set()


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_variables_of_roles_have_names_of_their_own(theme):
    known = {**theme.to_color_system().generate(), **theme.variables}
    series = {f"series-{n}": colour for n, colour in enumerate(SERIES[theme.dark])}
    assert not known.keys() & role_variables({**known, **series}).keys()
