"""Derived columns of a table: which columns their expressions name, and their cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..model import Column, Failure, RunKey
from ..model.sanitize import format_number, show_controls
from ..query.cells import RUN, Cells, is_of_run
from ..query.columns import find_column
from ..query.completion import MOST, Completion, matching
from ..query.errors import FilterError
from ..query.table import Table
from ..query.tokens import Token, TokenKind
from .definition import Definition, parse_definition, split_definition
from .expression import CONSTANTS, FUNCTIONS, OWN_WORDS, Expression, Outcome, Reference, Value

_PLAIN = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_PARTIAL = re.compile(r"`[^`]*$|[^\W\d][\w.]*$")


@dataclass
class _Bound:
    """A definition with the columns it names."""

    definition: Definition
    expression: Expression | None = None
    inputs: dict[str, Column] = field(default_factory=dict)
    """Text of a reference → column."""
    failure: Failure | None = None
    """Why it has no value for any run."""


class DerivedColumns:
    """The derived columns of a table.

    A definition that is not valid there, for lack of a column or because it depends on itself,
    is a column, too: each of its cells has the reason. One whose name a variable has is left out.

    Attributes:
        definitions: How they are computed.
        columns: The derived columns; `expression` and `description` say how they are computed.
    """

    def __init__(self, definitions: Iterable[Definition], stored: Iterable[Column]) -> None:
        """Find the columns that expressions name.

        Args:
            definitions: At most one of each name.
            stored: All variables.
        """
        stored = list(stored)
        taken = {column.name for column in stored}
        kept = [each for each in definitions if each.name not in taken]
        self.definitions = kept
        self.columns = [column_of(each) for each in kept]
        self._units = {each.name: each.units for each in kept}
        every = [*stored, *self.columns]
        self._bound = {each.name: _bind(each, every) for each in kept}
        self._order = self._in_order()

    @property
    def booleans(self) -> frozenset[str]:
        """Names of the columns whose values are True or False, stored as 1 and 0."""
        return frozenset(
            name
            for name, each in self._bound.items()
            if each.expression is not None and each.expression.is_boolean
        )

    def units(self, name: str) -> str:
        """Return the units of a derived column."""
        return self._units[name]

    def inputs(self, name: str) -> list[Column]:
        """Return the columns that the expression of a derived column names."""
        found = self._bound[name].inputs.values()
        return list({column.name: column for column in found}.values())

    def required(self, names: Iterable[str]) -> set[str]:
        """Return the variables whose values are needed for some columns, derived ones or not."""
        found: set[str] = set()
        open_names = list(names)
        while open_names:
            name = open_names.pop()
            if name not in found:
                found.add(name)
                if name in self._bound:
                    open_names += (column.name for column in self.inputs(name))
        return found.difference(self._bound)

    def cells(
        self, table: Table, keys: Sequence[RunKey], names: Iterable[str] | None = None
    ) -> dict[str, list[Outcome]]:
        """Evaluate derived columns.

        Args:
            table: Has the values of the variables.
            keys: The runs.
            names: Only these columns, and those they are derived from; None for all.

        Returns:
            For each column its cells, one for each run.
        """
        stored = Cells(table, keys)
        wanted = self._with_derived_inputs(names)
        found: dict[str, list[Outcome]] = {}
        for name in self._order:
            if name in wanted:
                found[name] = _evaluate(self._bound[name], stored, found)
        return found

    def _with_derived_inputs(self, names: Iterable[str] | None) -> set[str]:
        if names is None:
            return set(self._bound)
        found: set[str] = set()
        open_names = [name for name in names if name in self._bound]
        while open_names:
            name = open_names.pop()
            if name not in found:
                found.add(name)
                open_names += (c.name for c in self.inputs(name) if c.name in self._bound)
        return found

    def _in_order(self) -> list[str]:
        """Return the columns in an order in which each follows its inputs; break circles."""
        order: list[str] = []
        done: set[str] = set()

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                circle = path[path.index(name) :]
                for each in circle:
                    text = f"it depends on itself: {' ← '.join((*circle, name))}"
                    self._bound[each].failure = Failure(text, "CircularDefinition")
                return
            if name in done:
                return
            for column in self.inputs(name):
                if column.name in self._bound:
                    visit(column.name, (*path, name))
            done.add(name)
            order.append(name)

        for name in self._bound:
            visit(name, ())
        return order


def column_of(definition: Definition) -> Column:
    """Return a derived column."""
    text = f"= {definition.expression}"
    return Column(definition.name, definition.name, text, expression=definition.expression)


def check_definition(
    text: str, stored: Sequence[Column], others: Iterable[Definition] = ()
) -> Definition:
    """Parse a definition that is to be valid here.

    Args:
        text: As typed.
        stored: All variables.
        others: The other derived columns; one of the same name is replaced.

    Raises:
        FilterError: If it is not valid, names no column, has the name of a variable or depends on
            itself; says where.
    """
    check_expression(text, stored, others)
    found = parse_definition(text)
    name = found.name.casefold()
    start = split_definition(text)[1] or 0
    for column in stored:
        if name in (column.name.casefold(), column.title.casefold()):
            title = show_controls(column.title)
            raise FilterError(f"{title} is a variable: choose another name.", start, len(text))
    kept = [each for each in others if each.name != found.name]
    bound = DerivedColumns([*kept, found], stored)._bound[found.name]
    if bound.failure is not None and bound.expression is not None:
        for each in bound.expression.references:
            raise FilterError(f"It would depend on itself: {bound.failure.message}", *each[1:])
    return found


def check_expression(
    text: str, stored: Sequence[Column], others: Iterable[Definition] = ()
) -> Expression:
    """Parse the expression of a definition; see `check_definition`.

    Raises:
        FilterError: If it is not valid, or names a column that does not exist; says where.
    """
    expression = Expression(split_definition(text)[0])
    every = [*stored, *map(column_of, others)]
    for reference in expression.references:
        _find(reference, every)
    return expression


def evaluate_one(
    text: str, table: Table, key: RunKey, stored: Sequence[Column], others: Iterable[Definition]
) -> str:
    """Evaluate the expression of a definition that is being typed for one run.

    Returns:
        The value with its units, or the reason for none.

    Raises:
        FilterError: If the expression is not valid; says where.
    """
    others = list(others)
    expression = check_expression(text, stored, others)
    try:
        definition = parse_definition(text)
    except FilterError:
        definition = Definition("", expression.text)
    kept = [each for each in others if each.name != definition.name]
    columns = DerivedColumns([*kept, definition], stored)
    (cell,) = columns.cells(table, [key], [definition.name])[definition.name]
    if isinstance(cell, int | float):
        return f"{format_number(cell)} {definition.units}".rstrip()
    if cell is None or isinstance(cell, Failure):
        return "empty: an input has no value" if cell is None else f"✗ {cell.message}"
    return repr(cell[:80])


def complete_definition(text: str, cursor: int, columns: Sequence[Column]) -> Completion | None:
    """Complete a column or a function as an expression is typed; None after `as`."""
    before = text[:cursor]
    if split_definition(before)[1] is not None:
        return None
    match = _PARTIAL.search(before)
    word = match[0] if match else ""
    start = cursor - len(word)
    names: dict[str, None] = {}
    folded = word.strip("`").casefold()
    for column in (*columns, RUN):
        if folded in column.name.casefold() or folded in column.title.casefold():
            names[reference_to(column.name)] = None
    names.pop("", None)
    options = matching(word.strip("`"), names) + [n for n in names if folded not in n.casefold()]
    if word and not word.startswith("`"):
        options += [f"{name}(" for name in FUNCTIONS if name.startswith(word)]
    return Completion(start, cursor, tuple(options[:MOST]))


def reference_to(name: str) -> str:
    """Return a name as an expression needs it: in backticks unless it is an identifier."""
    if _PLAIN.fullmatch(name) and OWN_WORDS.isdisjoint(name.split(".")):
        return name
    return "" if "`" in name else f"`{name}`"


def renamed(definition: Definition, old: str, new: str, columns: Sequence[Column]) -> Definition:
    """Return a definition that names a column by its new name."""
    try:
        expression = Expression(definition.expression)
    except FilterError:
        return definition
    places = {}
    for reference in expression.references:
        try:
            found = _find(reference, columns)
        except FilterError:
            continue
        if found is not None and found.name == old:
            places[reference.start] = reference_to(new)
    return definition._replace(expression=expression.renamed(places))


def _bind(definition: Definition, columns: Sequence[Column]) -> _Bound:
    bound = _Bound(definition)
    try:
        bound.expression = Expression(definition.expression)
        for reference in bound.expression.references:
            if (column := _find(reference, columns)) is not None:
                bound.inputs[reference.text] = column
    except FilterError as error:
        bound.failure = Failure(str(error), "InvalidExpression")
    return bound


def _find(reference: Reference, columns: Sequence[Column]) -> Column | None:
    """Return the column that a reference names; None for a constant.

    Raises:
        FilterError: If there is none, or several have the title.
    """
    if reference.text in CONSTANTS and all(c.name != reference.text for c in columns):
        return None
    token = Token(TokenKind.WORD, reference.text, reference.start, reference.end)
    return find_column(token, columns)


def _evaluate(
    bound: _Bound, stored: Cells, derived: Mapping[str, Sequence[Outcome]]
) -> list[Outcome]:
    number = len(stored.keys)
    if bound.failure is not None or bound.expression is None:
        return [bound.failure] * number
    fixed: dict[str, Value] = dict(CONSTANTS)
    names = list(bound.inputs)
    value = bound.expression.value
    if not names:
        return [value(fixed)] * number
    columns = [_values(column, stored, derived) for column in bound.inputs.values()]
    found: list[Outcome] = []
    for cells in zip(*columns, strict=True):
        why = next((cell for cell in cells if cell is None or isinstance(cell, Failure)), True)
        if why is not True:
            found.append(why if isinstance(why, Failure) and None not in cells else None)
        else:
            found.append(value({**fixed, **dict(zip(names, cells, strict=True))}))
    return found


def _values(
    column: Column, stored: Cells, derived: Mapping[str, Sequence[Outcome]]
) -> Sequence[Outcome]:
    """Return the cells of an input; a failure for an image or array, None where it is missing."""
    if column.name in derived:
        # A column whose input has failed has no value, either: the reason is there.
        return [None if isinstance(c, Failure) else c for c in derived[column.name]]
    values = stored.scalars(column)
    if None not in values or is_of_run(column):
        return values
    is_blob = Failure(
        f"{show_controls(column.title)} is an image or array here, not a number", "TypeError"
    )
    filled = stored.filled(column)
    return [
        is_blob if value is None and is_filled else value
        for value, is_filled in zip(values, filled, strict=True)
    ]
