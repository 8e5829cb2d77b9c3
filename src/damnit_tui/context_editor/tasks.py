"""Checks, dry runs and saves of a context file, each yielding its results; for workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from damnit_daemon.logs import LineKind, kind_of
from damnit_daemon.model import RunKey
from damnit_daemon.runner.protocol import ContextLoaded, RunnerMessage
from damnit_daemon.text import count_of

from ..data.dry_run import DryRun, changed_variables
from ..data.session import Session
from ..sanitize import visible
from .document import ChangedOnDisk, Document
from .result_rows import ResultRow, has_error, tried_row

MOST_OUTPUT = 20_000
"""Most characters kept of the file's output."""


@dataclass(frozen=True)
class ProblemsFound:
    """The problems of a text, and the messages without and with an error among them."""

    loaded: ContextLoaded
    success: str = ""
    failure: str = ""
    """Empty for the number of errors."""
    is_refusal: bool = False
    """True if the text was to be saved."""


@dataclass(frozen=True)
class ValuesFound:
    """The values of a dry run so far."""

    rows: tuple[ResultRow, ...]


@dataclass(frozen=True)
class TaskMessage:
    """A message, and its role: `error`, `warning`, `success` or `quiet`."""

    text: str
    role: str


@dataclass(frozen=True)
class TextSaved:
    """The saved text, and the variables it computes differently than before."""

    text: str
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class SaveRefused:
    """The file was changed on disk: the reason, and its current text."""

    message: str
    text: str


TaskEvent = ProblemsFound | ValuesFound | TaskMessage | TextSaved | SaveRefused


class ContextTask:
    """A check, dry run or save in the background.

    Attributes:
        is_cancelled: True to end it early; `DryRunCancelled` is raised then.
    """

    def __init__(self, session: Session, document: Document) -> None:
        self.is_cancelled = False
        self._session = session
        self._document = document
        self._output = ""
        self._dry_run = DryRun(
            session.folder,
            should_continue=lambda: not self.is_cancelled,
            on_output=self._add_output,
        )

    def check(self, text: str) -> Iterator[TaskEvent]:
        """Load a text in the context Python."""
        loaded = self._dry_run.check(text)
        python = loaded.versions.get("python", "?")
        variables = count_of(len(loaded.variables), "variable")
        yield ProblemsFound(loaded, f"{variables}, no errors (Python {python})")

    def save(self, text: str, saved_text: str) -> Iterator[TaskEvent]:
        """Save a text if it loads, and find the variables that are computed differently."""
        loaded = self._dry_run.check(text)
        if has_error(loaded):
            failure = "Not saved: the file does not load. ctrl-t saves anyway."
            yield ProblemsFound(loaded, failure=failure, is_refusal=True)
            return
        if saved_text.strip():
            changed = changed_variables(self._dry_run.check(saved_text), loaded)
        else:
            changed = [variable.name for variable in loaded.variables]
        try:
            self._document.save(text)
        except ChangedOnDisk as error:
            yield SaveRefused(error.message, error.text)
        else:
            yield TextSaved(text, tuple(changed))

    def save_anyway(self, text: str) -> Iterator[TaskEvent]:
        """Save a text without checks."""
        self._document.save(text, force=True)
        yield TextSaved(text)

    def try_on_run(
        self, text: str, saved_text: str, key: RunKey, names: list[str]
    ) -> Iterator[TaskEvent]:
        """Evaluate variables of a run without storing their values.

        Args:
            text: The text to try.
            saved_text: The saved text, to find what has changed.
            key: The run.
            names: The variables; empty for the changed ones, `*` for all.
        """
        variables = self._variables_to_try(text, saved_text, names)
        stored = {v.name: v for v in self._session.load_values([key], blobs=True)}
        rows: dict[str, ResultRow] = {}
        lines: dict[str, int] = {}
        count = 0
        for event in self._dry_run.evaluate(text, key, variables):
            if isinstance(event, ContextLoaded):
                lines = {variable.name: variable.line for variable in event.variables}
                if has_error(event):
                    yield ProblemsFound(event, failure="The file does not load.")
                    return
            elif isinstance(event, RunnerMessage):
                yield TaskMessage(event.message, "note")
            else:
                count += bool(event.outcome)
                name = event.name
                rows[name] = tried_row(event, stored.get(name), lines.get(name, 0))
                yield ValuesFound(tuple(rows.values()))
        message = f"Tried on run {key.run}: {count_of(count, 'variable')}. Nothing was stored."
        if printed := printed_lines(self._output):
            message += f" Output: {visible(printed[-1])}"
        yield TaskMessage(message, "success")

    def _variables_to_try(self, text: str, saved_text: str, names: list[str]) -> list[str] | None:
        """Return the variables to try; None for all."""
        if names == ["*"]:
            return None
        if names or not saved_text.strip():
            return names or None
        check = self._dry_run.check
        return changed_variables(check(saved_text), check(text)) or None

    def _add_output(self, text: str) -> None:
        self._output = (self._output + text)[-MOST_OUTPUT:]


def printed_lines(output: str) -> list[str]:
    """Return the lines that the file printed, without the runner's outcomes and tracebacks."""
    found, in_traceback = [], False
    for line in filter(str.strip, output.splitlines()):
        in_traceback = line.startswith(("Traceback ", " ") if in_traceback else "Traceback ")
        if not in_traceback and kind_of(line) is LineKind.PLAIN:
            found.append(line)
    return found
