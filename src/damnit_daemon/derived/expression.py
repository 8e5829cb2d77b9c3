"""Parse and evaluate the expression of a derived column, within bounds. Pure.

The grammar is Python's, reduced to numbers, texts, columns, operators and functions: what
`_KINDS` does not list is refused before anything is evaluated, so that an expression has no
access to attributes, subscripts or calls of anything but `FUNCTIONS`. simpleeval evaluates the
rest; `_OPERATORS` bound its results.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from keyword import kwlist
from typing import Any, NamedTuple

from simpleeval import SimpleEval

from ..model import Failure
from ..model.sanitize import format_number
from ..query.errors import FilterError
from ..text import count_of, did_you_mean
from .definition import LONGEST

MOST_NODES = 200
DEEPEST = 100
_LARGEST_INTEGER = 2**63 - 1
"""Larger integers become floats."""
_LONGEST_SHOWN = 20

Value = int | float | str
"""A cell, or the value of an expression; booleans are integers."""
Outcome = Value | Failure | None
"""The value of a derived cell, the reason for none, or None if an input is missing."""


class Reference(NamedTuple):
    """A column named in an expression."""

    text: str
    """Name or title, without backticks."""
    start: int
    end: int


class _NotANumberError(ArithmeticError):
    """A text where a number is needed."""


def _number(value: Any) -> int | float:
    if isinstance(value, str):
        shown = value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…"
        raise _NotANumberError(f"{shown!r} is a text, not a number")
    return value  # type: ignore[no-any-return]


def _of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(*arguments: Any) -> Any:
        found = function(*map(_number, arguments))
        # At each step: a square of a square … would soon have any number of digits.
        return float(found) if type(found) is int and abs(found) > _LARGEST_INTEGER else found

    return apply


def _power(base: float, exponent: float) -> float:
    # Not `**`: a power of integers has any number of digits.
    found = math.pow(base, exponent)
    is_whole = isinstance(base, int) and isinstance(exponent, int) and exponent >= 0
    return int(found) if is_whole and abs(found) < 2**53 else found


def _compare(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def apply(left: Any, right: Any) -> bool:
        if isinstance(left, str) != isinstance(right, str):
            _number(left), _number(right)
        return function(left, right)

    return apply


def _clip(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _round(value: float, digits: int = 0) -> float:
    return round(value, max(-20, min(20, int(digits))))


_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: _of_numbers(operator.add),
    ast.Sub: _of_numbers(operator.sub),
    ast.Mult: _of_numbers(operator.mul),
    ast.Div: _of_numbers(operator.truediv),
    ast.FloorDiv: _of_numbers(operator.floordiv),
    ast.Mod: _of_numbers(operator.mod),
    ast.Pow: _of_numbers(_power),
    ast.USub: _of_numbers(operator.neg),
    ast.UAdd: _of_numbers(operator.pos),
    ast.Not: operator.not_,
    ast.Invert: operator.not_,
    ast.BitAnd: lambda left, right: bool(left) and bool(right),
    ast.BitOr: lambda left, right: bool(left) or bool(right),
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: _compare(operator.lt),
    ast.LtE: _compare(operator.le),
    ast.Gt: _compare(operator.gt),
    ast.GtE: _compare(operator.ge),
}
_ONE, _TWO, _SEVERAL = (1, 1), (2, 2), (1, 20)
_SIGNATURES: dict[str, tuple[Callable[..., Any], tuple[int, int]]] = {
    **dict.fromkeys(("abs", "fabs", "absolute"), (abs, _ONE)),
    **{
        name: (getattr(math, name), _ONE)
        for name in (
            *("sqrt", "cbrt", "exp", "expm1", "log", "log10", "log2", "log1p"),
            *("sin", "cos", "tan", "sinh", "cosh", "tanh", "degrees", "radians"),
            *("floor", "ceil", "trunc"),
        )
    },
    "arcsin": (math.asin, _ONE),
    "arccos": (math.acos, _ONE),
    "arctan": (math.atan, _ONE),
    "arctan2": (math.atan2, _TWO),
    "hypot": (math.hypot, _TWO),
    "square": (lambda value: value * value, _ONE),
    "sign": (_sign, _ONE),
    "round": (_round, (1, 2)),
    "rint": (round, _ONE),
    "power": (_power, _TWO),
    "mod": (operator.mod, _TWO),
    "clip": (_clip, (3, 3)),
    **dict.fromkeys(("min", "minimum"), (min, _SEVERAL)),
    **dict.fromkeys(("max", "maximum"), (max, _SEVERAL)),
}
WHERE = "where"
"""`where(condition, x, y)` evaluates only the one it returns."""
FUNCTIONS = (*sorted(_SIGNATURES), WHERE)
CONSTANTS = {"pi": math.pi, "e": math.e}
_CALLED = {name: _of_numbers(function) for name, (function, _) in _SIGNATURES.items()}
_KINDS: frozenset[type] = frozenset(
    {ast.Name, ast.Constant, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call}
)
OWN_WORDS = frozenset({"and", "or", "not", "if", "else", "True", "False", "None"})
_NAMES = "|".join(sorted(set(kwlist) - OWN_WORDS))
_QUOTED = re.compile(rf"`([^`]*)`|(\b(?:{_NAMES})\b)|\"[^\"]*\"|'[^']*'")
"""Names in backticks, words of Python's that are names here, such as `lambda`, and texts."""
_WORDS = {
    ast.Attribute: "A dot stands only in the name of a column",
    ast.Subscript: "Brackets [ ] are for units, at the end: … as NAME [UNITS]",
    ast.NamedExpr: "Names are given by … as NAME",
}


class Expression:
    """A parsed expression.

    Attributes:
        text: As typed.
        references: The columns it names, in their order; constants among them if no column
            has that name.
    """

    def __init__(self, text: str) -> None:
        """Parse an expression.

        Raises:
            FilterError: If it is not valid, or too long; says where.
        """
        self.text = text
        self.references: list[Reference] = []
        if len(text) > LONGEST:
            raise FilterError(f"Longer than {LONGEST} characters.", LONGEST, len(text))
        self._quoted: dict[int, str] = {}
        self._plain = _QUOTED.sub(self._mask, text)
        if match := re.search(r"[`\r\n]", self._plain):
            what = "This backtick is not closed." if match[0] == "`" else "It must be one line."
            raise FilterError(what, match.start(), len(text))
        self._tree = self._checked(self._parse())
        self._evaluator = SimpleEval(_OPERATORS, _CALLED, {})
        nodes = self._evaluator.nodes
        self._evaluator.nodes = {kind: nodes[kind] for kind in _KINDS}

    def value(self, inputs: Mapping[str, Value]) -> Value | Failure:
        """Evaluate it for one run; an error is returned as the reason for an empty cell.

        Args:
            inputs: A value for the text of each reference.
        """
        self._evaluator.names = inputs
        try:
            found = self._evaluator.eval(self.text, self._tree)
            if isinstance(found, str):
                return found
            if isinstance(found, bool):
                return int(found)
            if math.isnan(found):
                return self._failure("ValueError", "the result is NaN", inputs)
            if math.isinf(found):
                return self._failure("OverflowError", "the result is infinite", inputs)
            return found  # type: ignore[no-any-return]
        except ZeroDivisionError:
            return self._failure("ZeroDivisionError", "division by zero", inputs)
        except _NotANumberError as error:
            return self._failure("TypeError", str(error), inputs)
        except OverflowError:
            return self._failure("OverflowError", "the result is too large", inputs)
        except ValueError:
            return self._failure("ValueError", "a function is not defined there", inputs)
        except (TypeError, ArithmeticError) as error:
            return self._failure(type(error).__name__, str(error), inputs)

    @property
    def is_boolean(self) -> bool:
        """True if its value is True or False, by its outermost operator."""
        node = self._tree
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.Not | ast.Invert)
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, ast.BitAnd | ast.BitOr)
        if isinstance(node, ast.BoolOp):
            return all(isinstance(each, ast.Compare) for each in node.values)
        return isinstance(node, ast.Compare)

    def renamed(self, references: Mapping[int, str]) -> str:
        """Return the text with other names, by the start of their references."""
        text = self.text
        for each in sorted(self.references, reverse=True, key=lambda each: each.start):
            if each.start in references:
                text = text[: each.start] + references[each.start] + text[each.end :]
        return text

    def _failure(self, kind: str, message: str, inputs: Mapping[str, Value]) -> Failure:
        shown = ", ".join(
            f"{each} = {_shown(inputs[each])}"
            for each in dict.fromkeys(reference.text for reference in self.references)
            if each not in CONSTANTS
        )
        return Failure(f"{message} ({shown})" if shown else message, kind)

    def _mask(self, match: re.Match[str]) -> str:
        """Replace what Python would not take as a name by one of the same length; keep texts."""
        name = match[1] if match[2] is None else match[2]
        if name is None:
            return match[0]
        if not name.strip():
            raise FilterError("A name is missing.", *match.span())
        self._quoted[match.start()] = name.strip()
        return "_" * len(match[0])

    def _parse(self) -> ast.expr:
        text = self._plain.strip()
        self._offset = len(self._plain) - len(self._plain.lstrip())
        if not text:
            raise FilterError("An expression is missing.", 0, len(self.text))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text, mode="eval").body
        except SyntaxError as error:
            # Python has no position for the end of the text.
            column = (error.offset or len(text) + 1) - 1
            at, end = (
                self._offset + min(len(text), max(0, c))
                for c in (column, (error.end_offset or 0) - 1)
            )
            message = _sentence(error.msg) if error.offset else "The expression is incomplete here"
            raise FilterError(f"{message}.", at, max(at + 1, end)) from None
        except (ValueError, MemoryError, RecursionError):
            raise FilterError("This is not an expression.", 0, len(self.text)) from None

    def _span(self, node: ast.expr) -> tuple[int, int]:
        line = self._plain[self._offset :].encode()
        start, end = (
            self._offset + len(line[:at].decode(errors="ignore"))
            for at in (node.col_offset, node.end_col_offset or 0)
        )
        return start, end

    def _checked(self, tree: ast.expr) -> ast.expr:
        """Return the tree with each reference as a name; refuse what is not allowed."""
        number = 0

        def check(node: ast.expr, depth: int) -> ast.expr:
            nonlocal number
            number += 1
            if number > MOST_NODES or depth > DEEPEST:
                raise FilterError("The expression is too complex.", *self._span(node))
            if (name := self._dotted(node)) is not None:
                self.references.append(Reference(name, *self._span(node)))
                return ast.copy_location(ast.Name(name, ast.Load()), node)
            if type(node) not in _KINDS:
                word = _WORDS.get(type(node), f"{type(node).__name__} is not allowed here")
                raise FilterError(f"{word}.", *self._span(node))
            if isinstance(node, ast.Call):
                node = self._called(node)
            self._check_parts(node)
            for field, value in ast.iter_fields(node):
                if isinstance(value, list):
                    parts = [check(v, depth + 1) if isinstance(v, ast.expr) else v for v in value]
                    setattr(node, field, parts)
                elif isinstance(value, ast.expr) and field != "func":
                    setattr(node, field, check(value, depth + 1))
            return node

        return check(tree, 0)

    def _dotted(self, node: ast.expr) -> str | None:
        """Return the column that a node names: `xgm`, `xgm.intensity` or a name in backticks."""
        start, end = self._span(node)
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        first = self._span(node)[1]
        name = self._quoted.get(start)
        if name is not None and "`" in self.text[start + 1 : first - 1]:
            raise FilterError("An operator is missing between two names.", start, first)
        # Not `node.id`: Python replaces the micro sign and its like.
        return (name or self.text[start:first]) + "".join(self.text[first:end].split())

    def _called(self, node: ast.Call) -> ast.Call | ast.IfExp:
        if not isinstance(node.func, ast.Name):
            raise FilterError("Only functions can be called.", *self._span(node.func))
        name = node.func.id
        if name != WHERE and name not in _SIGNATURES:
            hint = did_you_mean(name, FUNCTIONS) or "Tab lists the functions."
            raise FilterError(f"There is no function {name!r}.", *self._span(node.func), hint=hint)
        if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            raise FilterError("Arguments have no names here.", *self._span(node))
        least, most = (3, 3) if name == WHERE else _SIGNATURES[name][1]
        if not least <= len(node.args) <= most:
            number = count_of(most, "argument")
            number = number if least == most else f"{least} to {number}"
            raise FilterError(f"{name} takes {number}.", *self._span(node))
        if name == WHERE:
            return ast.copy_location(ast.IfExp(*node.args), node)
        return node

    def _check_parts(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
            raise FilterError(f"{node.value!r} is not allowed here.", *self._span(node))
        operators = (
            node.ops
            if isinstance(node, ast.Compare)
            else [node.op]
            if isinstance(node, ast.BinOp | ast.UnaryOp)
            else []
        )
        for each in operators:
            if type(each) not in _OPERATORS:
                message = f"The operator {type(each).__name__} is not allowed here."
                raise FilterError(message, *self._span(node))


def _sentence(message: str) -> str:
    """Return the beginning of Python's message, as a sentence without its full stop."""
    words = message.partition(". ")[0].rstrip(".")
    return words[:1].upper() + words[1:]


def _shown(value: Value) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…")
    return format_number(value)
