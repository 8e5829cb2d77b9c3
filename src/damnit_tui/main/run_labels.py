"""Label runs: good, bad, dark, or own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from damnit_daemon.model import RunKey
from damnit_daemon.model.labels import GOOD, USUAL, BadLabel, Labels, parse_label, with_labels
from damnit_daemon.query import FilterError
from damnit_daemon.store import LabelChange
from damnit_daemon.text import count_of

from ..data.edit_commands import LabelRuns
from ..keymap.commands import complete_words, words_of
from ..table.widget import RunTable
from ..widgets.prompt import offered

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

    from .command_line import CommandLine

REMOVE = "-"
"""Precedes a label to be removed."""


class RunLabels:
    """Labels the marked runs, or the run under the cursor.

    Args:
        table: The run table.
        put: Takes the orders.
        may_write: Returns True if writing is possible; else reports why not.
    """

    def __init__(
        self,
        table: RunTable,
        put: Callable[[LabelRuns], None],
        may_write: Callable[[], bool],
    ) -> None:
        self._table = table
        self._put = put
        self._may_write = may_write
        self._last = ""
        """The last argument of the command."""
        self._pending: dict[RunKey, Labels] = {}
        """The labels that runs will have once the queued orders are written."""

    def run_command(self, text: str) -> None:
        """Add labels, and remove those after a minus.

        Raises:
            FilterError: If one of them cannot be a label.
        """
        add, remove = _parse(text)
        keys = self._chosen_runs()
        if not self._may_write():
            return
        if not keys:
            self._table.notify("Go to a run, or mark runs, to label them.", markup=False)
            return
        self._last = text
        changes = []
        for key in keys:
            old = self._labels(key)
            new = _changed(old, add, remove, len(text))
            if new != old:
                changes.append(LabelChange(key, old, new))
        if changes:
            self._pending.update((change.key, change.new) for change in changes)
            self._put(LabelRuns(tuple(changes), f"labels of {_named(keys)} ({text})"))
            hidden = sum(self._table.rows.position(key) is None for key in keys)
            if hidden:
                verb = "is" if hidden == 1 else "are"
                message = f"{count_of(hidden, 'labelled run')} {verb} hidden by the filter."
                self._table.notify(message, markup=False)
        else:
            text = f"Already so: {text} ({_named(keys)})."
            self._table.notify(text, markup=False, timeout=4)

    async def ask(self, prompt: CommandLine, text: str = "") -> None:
        """Prompt for labels, unless writing is disabled.

        Args:
            prompt: The command line.
            text: Initial labels.
        """
        if self._may_write():
            await prompt.open(f"label {text}")

    async def repeat(self, prompt: CommandLine) -> None:
        """Label runs as the last ones were; the first time ask, as a stray key must not write."""
        if self._last:
            self.run_command(self._last)
        else:
            await self.ask(prompt, GOOD)

    def complete(self, text: str, cursor: int) -> Completion:
        """Complete the labels used in this folder, most used first, and those of the runs."""
        rows = self._table.rows
        used = Counter(label for key in rows.all_keys for label in rows.run(key).labels)
        known = dict.fromkeys((*USUAL, *(label for label, _ in used.most_common())))
        theirs = {label: None for key in self._chosen_runs() for label in self._labels(key)}
        words = (*known, *(f"{REMOVE}{label}" for label in theirs))
        return offered(complete_words(text, cursor, *[words] * (len(text.split()) + 1)))

    def settle(self, order: object) -> None:
        """Forget what an order was to write, after it is written or was refused."""
        if isinstance(order, LabelRuns):
            for change in order.changes:
                if self._pending.get(change.key) == change.new:
                    del self._pending[change.key]

    def _labels(self, key: RunKey) -> Labels:
        pending = self._pending.get(key)
        return self._table.rows.run(key).labels if pending is None else pending

    def _chosen_runs(self) -> list[RunKey]:
        cursor = self._table.cursor if self._table.note is None else None
        return sorted(self._table.marked) or ([cursor.key] if cursor else [])


def _parse(text: str) -> tuple[list[str], list[str]]:
    """Return the labels to add, and those to remove.

    Raises:
        FilterError: If one of them cannot be a label; says where.
    """
    add, remove = [], []
    for word, span in words_of(text):
        try:
            if word == REMOVE:
                raise _missing(*span)
            if word.startswith(REMOVE):
                remove.append(word.removeprefix(REMOVE).casefold())
            else:
                add.append(parse_label(word))
        except BadLabel as error:
            raise FilterError(error.message, *span) from None
    if not add and not remove:
        raise _missing(len(text), len(text))
    return add, remove


def _missing(start: int, end: int) -> FilterError:
    hint = "For example good, or -good to remove it."
    return FilterError("A label is missing.", start, end, hint=hint)


def _changed(old: Labels, add: list[str], remove: list[str], end: int) -> Labels:
    try:
        return with_labels(old, add, remove)
    except BadLabel as error:
        raise FilterError(error.message, 0, end) from None


def _named(keys: Sequence[RunKey]) -> str:
    return f"run {keys[0].run}" if len(keys) == 1 else count_of(len(keys), "run")
