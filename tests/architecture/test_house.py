"""How large and entangled the code may be: sizes and ancestry of classes, names, import circles.

The lists of exceptions only get shorter, and their numbers smaller.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import get_origin

import pytest
from textual.message import Message
from textual.screen import Screen

import damnit_tui
from damnit_tui.main.screen import MainScreen

SOURCE = Path(damnit_tui.__file__).parents[1]
MOST_METHODS = 60
MOST_ANCESTORS = 2
MOST_OF_MAIN = 40
"""Methods and properties of the main screen, which only composes and passes on."""

NAMES_IN_ING = {
    "damnit_daemon/ledger/pending.py": "an adjective: the arrivals and jobs that are pending",
    "damnit_daemon/services/doctor/finding.py": "a finding is a doctor's noun",
    "damnit_daemon/services/scheduling.py": "the noun of operating systems and Slurm",
    "damnit_daemon/store/error_mapping.py": "a mapping is a table of translations",
    "damnit_tui/main/onboarding.py": "the noun for a first use with hints",
    "damnit_tui/widgets/onboarding.py": "the noun for a first use with hints",
}
"""File names in -ing that are nouns, with the reason."""

TEMPORARY_FILES = {
    "damnit_daemon/atomic_write.py": "the one home",
    "damnit_daemon/runner/fragment.py": "travels without the library",
    "damnit_daemon/runner/staged_file.py": "travels without the library",
    "damnit_tui/terminal/clipboard.py": "a file that stays where it is",
}
"""Files that make temporary files by `mkstemp`, with the reason."""

FUNCTIONS_HANDED_OVER = {
    "damnit_tui.main.screen.MainScreen": {"busy"},
}
"""Parameters of screens and fields of messages that are functions; to be values or messages."""


def app_classes() -> Iterator[type]:
    for info in pkgutil.walk_packages(damnit_tui.__path__, "damnit_tui."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for _, found in inspect.getmembers(module, inspect.isclass):
            if found.__module__ == info.name:
                yield found


def own_ancestry(cls: type) -> list[type]:
    return [base for base in cls.__mro__ if base.__module__.startswith("damnit_")]


def own_methods(cls: type) -> set[str]:
    kinds = (property, classmethod, staticmethod)
    return {
        name
        for base in own_ancestry(cls)
        for name, value in vars(base).items()
        if inspect.isfunction(value) or isinstance(value, kinds)
    }


def source_files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def test_no_class_of_the_app_is_larger_than_a_person_can_hold():
    sizes = {full_name(cls): len(own_methods(cls)) for cls in app_classes()}
    assert above(MOST_METHODS, sizes) == {}


def test_the_main_screen_is_composed_of_parts():
    assert len(own_methods(MainScreen)) <= MOST_OF_MAIN


def test_no_class_of_the_app_is_assembled_by_inheritance():
    ancestors = {full_name(cls): len(own_ancestry(cls)) - 1 for cls in app_classes()}
    assert above(MOST_ANCESTORS, ancestors) == {}


def test_screens_and_messages_are_given_values_not_functions():
    found = {}
    nested = (each for cls in app_classes() for each in vars(cls).values())
    for cls in (*app_classes(), *filter(inspect.isclass, nested)):
        if issubclass(cls, Message):
            named = vars(cls).get("__annotations__", {})
        elif issubclass(cls, Screen) and "__init__" in vars(cls):
            named = vars(cls)["__init__"].__annotations__
        else:
            continue
        names = {name for name, note in named.items() if is_function(cls, str(note))}
        if names := names - {"clock", "return"} - FUNCTIONS_HANDED_OVER.get(full_name(cls), set()):
            found[full_name(cls)] = names
    assert found == {}


def is_function(cls: type, annotation: str) -> bool:
    """Return True for `Callable` and for names of the module that stand for one."""
    module = vars(sys.modules[cls.__module__])
    words = re.findall(r"\w+", annotation)
    meanings = (module.get(word) for word in words)
    return "Callable" in words or any(get_origin(each) is Callable for each in meanings)


def full_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__name__}"


def above(limit: int, counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count > limit}


def test_files_are_named_by_noun():
    found = {str(path.relative_to(SOURCE)) for path in source_files() if path.stem.endswith("ing")}
    assert found <= set(NAMES_IN_ING)


def test_each_public_class_name_has_one_meaning():
    where = defaultdict(set)
    for path in source_files():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where[node.name].add(str(path.relative_to(SOURCE)))
    assert {name: places for name, places in where.items() if len(places) > 1} == {}


def test_only_one_module_replaces_whole_files():
    found = {
        str(path.relative_to(SOURCE))
        for path in source_files()
        if "mkstemp" in path.read_text(encoding="utf-8")
    }
    assert found <= set(TEMPORARY_FILES)


def test_modules_import_each_other_without_circles():
    try:
        TopologicalSorter(import_graph()).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def import_graph() -> dict[str, set[str]]:
    """Modules of ours and their imports, those in functions and for type checkers included."""
    paths = {module_name(path): path for path in source_files()}
    paths["damnit_ctx"] = SOURCE.parent / "damnit_ctx.py"
    if not paths["damnit_ctx"].exists():  # installed, not in a checkout
        paths["damnit_ctx"] = SOURCE / "damnit_ctx.py"
    return {
        name: {other for other in imports(name, path, set(paths)) if other != name}
        for name, path in paths.items()
    }


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(name: str, path: Path, known: set[str]) -> Iterator[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(package, node.module, node.level)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                if whole in known:
                    yield whole
                elif base in known:
                    yield base


def absolute(package: str, module: str | None, level: int) -> str:
    parts = package.split(".")
    start = parts[: len(parts) - level + 1] if level else []
    return ".".join([*start, *([module] if module else [])])
