"""Expected results of each context file of the corpus, from its comments that begin with `#:`.

#: order = ["a", "b"]                names, each after what it depends on
#: values = {"a": 1}                 what has data, and which
#: empty = ["b"]                     what returned None
#: empty_data = ["c"]                what returned a cell without data
#: errors = {"d": ("KeyError", "…")} the class, and a part of the message
#: titles, tags, proc, cluster, transient
#: params = {"gain": 4}              what is given for `param#`
#: problems = ["error 4:7 …"]        severity, line, perhaps column, a part of the message
#: differs = "exit"                  DAMNIT does otherwise: see STATED_CONTEXTS
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONTEXTS = Path(__file__).parent / "contexts"
_LINE = re.compile(r"^#: ?(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Situation:
    """One file."""

    path: Path
    expected: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def loads(self) -> bool:
        return not any(p.startswith("error") for p in self.expected.get("problems", ()))

    @property
    def parameters(self) -> dict[str, Any]:
        return self.expected.get("params", {})

    @property
    def differs(self) -> str:
        return self.expected.get("differs", "")


def load_situations() -> list[Situation]:
    """All of them, by name."""
    return [_load(path) for path in sorted(CONTEXTS.glob("*.*"))]


def is_problem(expected: str, found: list[Any]) -> bool:
    """Whether a problem (severity, line, column, message) is the one that was expected."""
    match = re.fullmatch(r"(error|warning)(?: (\d+)(?::(\d+))?)?(?: (.*))?", expected, re.DOTALL)
    assert match, expected
    severity, line, column, text = match.groups()
    return (
        found[0] == severity
        and (line is None or found[1] == int(line))
        and (column is None or found[2] == int(column))
        and (text or "") in found[3]
    )


def _load(path: Path) -> Situation:
    text = "\n".join(_LINE.findall(path.read_text(encoding="utf-8")))
    statements = ast.parse(text).body
    expected = {s.targets[0].id: ast.literal_eval(s.value) for s in statements}  # type: ignore[attr-defined]
    return Situation(path, expected)
