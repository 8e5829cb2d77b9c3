"""The context file: edit it, check it in its own Python, try it on a run, save it."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Input, Label, TextArea

from damnit_daemon.errors import DamnitError
from damnit_daemon.logs import Kind, kind_of
from damnit_daemon.model import RunKey
from damnit_daemon.runner.protocol import ContextLoaded, Note

from .. import keymap
from ..editor.document import ChangedOnDisk, Opened, difference
from ..editor.lines import Line, problem_lines, tried_line
from ..editor.trial import GivenUp, Tried, advice, changed_variables
from ..visible import visible
from ..widgets.key_line import KeyLine

if TYPE_CHECKING:
    from ..session import Session

DRAFT_S = 2.0
"""Unsaved text is kept so often."""
MOST_OUTPUT = 20_000
"""Characters of what the file prints that are kept."""

PROBLEMS = ("", "Line", "Problem")
TRIED = ("", "Variable", "Now", "Stored", "Took")


@dataclass(frozen=True)
class Saved:
    """What was saved, and which variables it computes otherwise than what was there before."""

    changed: tuple[str, ...] = ()


@dataclass
class _Run:
    """One check or try; it ends early when it is not wanted any more."""

    what: str
    wanted: bool = True
    output: str = ""
    lines: dict[str, Line] = field(default_factory=dict)

    def add_output(self, text: str) -> None:
        self.output = (self.output + text)[-MOST_OUTPUT:]

    def printed(self) -> list[str]:
        """What the file printed, without what the runner said."""
        lines = self.output.splitlines()
        return [line for line in lines if line.strip() and kind_of(line) is Kind.PLAIN]


class ContextScreen(Screen[Saved | None]):
    """An editor above, what was found below."""

    DEFAULT_CSS = """
    ContextScreen {
        background: $background;
        & #context-title { width: 1fr; height: 1; background: $surface; color: $text-primary; }
        & TextArea, & TextArea:focus { height: 1fr; border: none; padding: 0; }
        & #context-found { height: 1; width: 1fr; background: $surface; color: $foreground 80%; }
        & DataTable { height: auto; max-height: 35%; background: $background; display: none; }
        & #context-ask { height: 1; display: none; background: $surface; }
        & #context-ask Label { width: auto; padding: 0 1; color: $text-primary; }
        & #context-ask Input, & #context-ask Input:focus {
            width: 1fr; height: 1; border: none; padding: 0; background: $surface;
        }
        & .context--error { color: $text-error; }
        & .context--warning { color: $text-warning; }
        & .context--news { color: $text-success; }
        & .context--quiet { color: $foreground 60%; }
        & .context--text { color: $foreground; }
    }
    """
    COMPONENT_CLASSES = {  # noqa: RUF012 – Textual's way
        f"context--{role}" for role in ("error", "warning", "news", "quiet", "text")
    }
    BINDINGS = keymap.bindings("context")

    @dataclass
    class Found(Message):
        """Something came of what one wanted; shown in the thread of the screen."""

        show: Callable[[], object]

    def __init__(self, session: Session, key: RunKey | None, *, line: int = 0) -> None:
        """Prepare an editor.

        Args:
            session: The folder.
            key: The run to try it on, unless another is typed.
            line: Where to begin, 1-based.
        """
        super().__init__()
        self._session = session
        self._document = session.document()
        self._key = key
        self._line = line
        self._saved_text = ""
        self._kept_text = ""
        self._run: _Run | None = None
        self._lines: list[Line] = []
        self._asks_to_leave = False
        self._answer: Callable[[str], object] = lambda _: None
        self._saving = threading.Lock()
        self._changed: set[str] = set()

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Label("", id="context-title")
        yield TextArea.code_editor(language=_language(), theme="css", soft_wrap=False)
        yield Label("", id="context-found")
        yield DataTable(cursor_type="row", cell_padding=1)
        with Horizontal(id="context-ask"):
            yield Label("", id="context-question")
            yield Input()
        yield KeyLine("context")

    def on_mount(self) -> None:
        """Read the file."""
        self.query_one(TextArea).read_only = True
        self.read_file()
        self.set_interval(DRAFT_S, self._keep_draft)

    def on_unmount(self) -> None:
        """Let the workers end."""
        if self._run is not None:
            self._run.wanted = False

    @property
    def text(self) -> str:
        """As it is on the screen."""
        return self.query_one(TextArea).text

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to save."""
        return self.text != self._saved_text

    # The file

    @work(thread=True, exclusive=True, group="file")
    def read_file(self) -> None:
        """Read it, and what was typed before and never saved."""
        try:
            opened = self._document.open()
        except DamnitError as error:
            self._later(partial(self._say, error.message, "error"))
            return
        self._later(partial(self._show_file, opened))

    def _show_file(self, opened: Opened) -> None:
        area = self.query_one(TextArea)
        self._saved_text = opened.text
        area.load_text(opened.text if opened.draft is None else opened.draft)
        area.read_only = self._session.read_only
        if self._line:
            area.move_cursor((self._line - 1, 0), center=True)
        area.focus()
        if opened.draft is not None:
            self._say(
                "This is what you typed and did not save. ctrl-r goes back to what is saved.",
                "warning",
            )
        self._tell_title()

    def action_revert(self) -> None:
        """Go back to what is saved."""
        self.query_one(TextArea).load_text(self._saved_text)
        self._say("This is what is saved. ctrl-z brings back what you typed.", "news")

    def action_save(self) -> None:
        """Save, if it loads; once more saves it all the same."""
        if self._session.read_only:
            self._say("Nothing is changed from here: --read-only.", "warning")
        elif not self.is_changed:
            self._say("There is nothing to save.", "news")
        else:
            self._begin("checking before it is saved", self._save, self.text)

    def action_save_anyway(self) -> None:
        """Save what does not load, or over what somebody else has saved."""
        if self._session.read_only:
            self._say("Nothing is changed from here: --read-only.", "warning")
        else:
            self._begin("saving", self._force, self.text)

    def _save(self, run: _Run, text: str) -> None:
        trial = self._session.trial(lambda: run.wanted, run.add_output)
        loaded = trial.check(text)
        problems = [*loaded.problems, *loaded.advice]
        if any(problem.severity == "error" for problem in problems):
            self._later(
                partial(
                    self._show_problems,
                    loaded,
                    "Not saved: it does not load. ctrl-t saves it all the same.",
                )
            )
            return
        changed: list[str] = []
        if self._saved_text.strip():
            changed = changed_variables(trial.check(self._saved_text), loaded)
        else:
            changed = [variable.name for variable in loaded.variables]
        try:
            self._document.save(text)
        except ChangedOnDisk as error:
            self._later(partial(self._show_difference, error))
            return
        self._later(partial(self._told_saved, text, changed))

    def _force(self, _run: _Run, text: str) -> None:
        self._document.save(text, force=True)
        self._later(partial(self._told_saved, text, []))

    def _told_saved(self, text: str, changed: list[str]) -> None:
        self._saved_text = text
        self._changed |= set(changed)
        if not changed:
            self._say("Saved.", "news")
        else:
            names = ", ".join(changed[:6]) + (
                f" and {len(changed) - 6} more" if changed[6:] else ""
            )
            self._say(f"Saved. Computed otherwise now: {names}. F9 processes them again.", "news")
        self._tell_title()

    def _show_difference(self, error: ChangedOnDisk) -> None:
        rows = difference(self.text, error.text)
        self._fill(("", "", "Difference"), [Line(("", "", row)) for row in rows])
        self._say(f"{error.message} ctrl-t saves yours over it; ctrl-o takes theirs.", "error")

    def action_take_theirs(self) -> None:
        """Read what is saved now; what was typed can be brought back with undo."""
        self.read_file_again()

    @work(thread=True, exclusive=True, group="file")
    def read_file_again(self) -> None:
        """Read it."""
        self._document.drop_draft()
        try:
            opened = self._document.open()
        except DamnitError as error:
            self._later(partial(self._say, error.message, "error"))
            return
        self._later(partial(self._show_file, opened))

    def _keep_draft(self) -> None:
        text = self.text
        if text != self._kept_text and not self._session.read_only:
            self._kept_text = text
            self._write_draft(text, text != self._saved_text)

    @work(thread=True, group="draft")
    def _write_draft(self, text: str, is_wanted: bool) -> None:
        with self._saving:
            if is_wanted:
                self._document.keep_draft(text)
            else:
                self._document.drop_draft()

    def action_external(self) -> None:
        """Edit in $EDITOR; what is saved there comes here, unsaved."""
        editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
        row = self.query_one(TextArea).cursor_location[0] + 1
        with tempfile.TemporaryDirectory(prefix="damnit-edit-") as folder:
            path = Path(folder) / "context.py"
            path.write_text(self.text, "utf-8")
            try:
                with self.app.suspend():
                    subprocess.run([*editor, *_at_line(editor[0], row), str(path)], check=False)
            except OSError as error:
                self._say(f"{editor[0]} does not start: {error.strerror}. Set EDITOR.", "error")
                return
            text = path.read_text("utf-8")
        if text != self.text:
            area = self.query_one(TextArea)
            area.replace(text, (0, 0), area.document.end)

    # Check and try

    def action_check(self) -> None:
        """Load it in the context Python, and say what is wrong."""
        self._begin("checking", self._check, self.text)

    def _check(self, run: _Run, text: str) -> None:
        loaded = self._session.trial(lambda: run.wanted, run.add_output).check(text)
        count = len(loaded.variables)
        python = loaded.versions.get("python", "?")
        said = f"{count} variable{'' if count == 1 else 's'}, no errors (Python {python})"
        self._later(partial(self._show_problems, loaded, said))

    def action_try(self) -> None:
        """Ask for a run, and try it there."""
        number = "" if self._key is None else str(self._key.run)
        self._ask(
            "Try on run (and variables; none: what was changed, *: all):", number, self._try_on
        )

    def _try_on(self, answer: str) -> None:
        words = answer.replace(",", " ").split()
        if not words or not words[0].isdecimal() or self._key is None:
            self._say("A run number is needed, such as 42 or 42 xgm.", "warning")
            return
        key = RunKey(self._key.proposal, int(words[0]))
        self._key = key
        text, names = self.text, words[1:]
        self._begin(f"trying on run {key.run}", lambda run, _: self._try(run, text, key, names), "")

    def _try(self, run: _Run, text: str, key: RunKey, names: list[str]) -> None:
        trial = self._session.trial(lambda: run.wanted, run.add_output)
        wanted = self._wanted(trial.check, text, names)
        stored = self._session.stored_texts(key)
        places: dict[str, int] = {}
        count = 0
        for news in trial.evaluate(text, key, wanted):
            if isinstance(news, ContextLoaded):
                places = {variable.name: variable.line for variable in news.variables}
                if any(problem.severity == "error" for problem in news.problems):
                    loaded = news
                    self._later(partial(self._show_problems, loaded, "It does not load."))
                    return
            elif isinstance(news, Note):
                note = news.message
                self._later(partial(self.notify, note, markup=False))
            else:
                count += bool(news.outcome)
                self._add_tried(run, news, stored.get(news.name, ""), places.get(news.name, 0))
        said = f"Tried on run {key.run}: {count} variables. Nothing was stored."
        if printed := run.printed():
            said += f" It printed: {visible(printed[-1])}"
        self._later(partial(self._say, said, "news"))

    def _wanted(
        self, check: Callable[[str], ContextLoaded], text: str, names: list[str]
    ) -> list[str] | None:
        """Which variables are to be tried; None for all."""
        if names == ["*"]:
            return None
        if names or not self._saved_text.strip():
            return names or None
        return changed_variables(check(self._saved_text), check(text)) or None

    def _add_tried(self, run: _Run, tried: Tried, stored: str, line: int) -> None:
        run.lines[tried.name] = tried_line(tried, stored, line)
        lines = list(run.lines.values())
        self._later(partial(self._fill, TRIED, lines))

    def _begin(self, what: str, do: Callable[[_Run, str], object], text: str) -> None:
        if self._run is not None:
            self._run.wanted = False
        run = self._run = _Run(what)
        self._say(f"{what[:1].upper()}{what[1:]}… (Esc ends it)", "quiet")
        self._work_on(run, lambda: do(run, text))

    @work(thread=True, group="trial")
    def _work_on(self, run: _Run, do: Callable[[], object]) -> None:
        try:
            do()
        except GivenUp:
            self._later(partial(self._say, "Ended.", "quiet"))
        except DamnitError as error:
            message = "\n".join(filter(None, [error.message, error.hint]))
            self._later(partial(self._say, message, "error"))
        except OSError as error:
            reason = error.strerror or str(error)
            self._later(partial(self._say, f"That could not be done: {reason}.", "error"))
        finally:
            self._later(partial(self._ended, run))

    def _ended(self, run: _Run) -> None:
        if self._run is run:
            self._run = None

    def _later(self, show: Callable[[], object]) -> None:
        self.post_message(self.Found(show))

    @on(Found)
    def show_found(self, event: Found) -> None:
        """Show it."""
        event.show()

    # What is shown

    def _show_problems(self, loaded: ContextLoaded, said: str) -> None:
        problems = [*loaded.problems, *loaded.advice]
        errors = sum(problem.severity == "error" for problem in problems)
        self._fill(PROBLEMS, problem_lines(problems))
        if errors:
            count = "1 error" if errors == 1 else f"{errors} errors"
            self._say(said if said.startswith("Not") else f"{count}. Enter goes there.", "error")
            self._go_to(problem_lines(problems)[0])
        else:
            hints = f", {len(problems)} hints below" if problems else ""
            self._say(f"{said}{hints}", "news")

    def _fill(self, columns: tuple[str, ...], lines: list[Line]) -> None:
        table = self.query_one(DataTable)
        table.clear(columns=True)
        table.add_columns(*columns)
        self._lines = lines
        for line in lines:
            style = self.get_component_rich_style(f"context--{line.role}", partial=True)
            table.add_row(*(_cell(text, style) for text in line.cells))
        table.display = bool(lines)

    @on(DataTable.RowSelected)
    def go_to_row(self, event: DataTable.RowSelected) -> None:
        """Go to the place in the text."""
        if 0 <= event.cursor_row < len(self._lines):
            self._go_to(self._lines[event.cursor_row])
            self.query_one(TextArea).focus()

    def _go_to(self, line: Line) -> None:
        if line.line:
            place = (line.line - 1, max(0, line.column - 1))
            self.query_one(TextArea).move_cursor(place, center=True)

    def _say(self, text: str, role: str) -> None:
        label = self.query_one("#context-found", Label)
        style = self.get_component_styles(f"context--{role}")
        label.styles.color = style.color
        label.update(Content(f" {text}"))

    def _tell_title(self) -> None:
        row, column = self.query_one(TextArea).cursor_location
        mark = " · not saved" if self.is_changed else ""
        self.query_one("#context-title", Label).update(
            Content(f" {self._document.path}{mark} · line {row + 1}, column {column + 1}")
        )

    @on(TextArea.Changed)
    @on(TextArea.SelectionChanged)
    def follow_cursor(self) -> None:
        """Say where one is."""
        self._asks_to_leave = False
        self._tell_title()

    def action_hints(self) -> None:
        """Say what can be said without executing it."""
        problems = advice(self.text)
        self._fill(PROBLEMS, problem_lines(problems))
        self._say(f"{len(problems)} hints" if problems else "Nothing catches the eye.", "news")

    # Leaving

    def _ask(self, question: str, given: str, answer: Callable[[str], object]) -> None:
        self._answer = answer
        self.query_one("#context-question", Label).update(Content(question))
        prompt = self.query_one("#context-ask Input", Input)
        prompt.value = given
        self.query_one("#context-ask").display = True
        prompt.focus()

    @on(Input.Submitted)
    def take_answer(self, event: Input.Submitted) -> None:
        """Go on with what was typed."""
        event.stop()
        self._leave_prompt()
        self._answer(event.value.strip())

    def _leave_prompt(self) -> None:
        self.query_one("#context-ask").display = False
        self.query_one(TextArea).focus()

    def action_close(self) -> None:
        """Leave the prompt, end what runs, or go back; unsaved text stays as a draft."""
        if self.query_one("#context-ask").display:
            self._leave_prompt()
        elif self._run is not None:
            self._run.wanted = False
        elif self.is_changed and not self._asks_to_leave:
            self._asks_to_leave = True
            self._say("Not saved. Esc once more leaves; what you typed is kept here.", "warning")
        else:
            self._kept_text = ""
            self._keep_draft()
            self.dismiss(None)

    def action_reprocess(self) -> None:
        """Leave, and have what is computed otherwise processed again."""
        if self.is_changed:
            self._say("Save it first: ctrl-s.", "warning")
        elif not self._changed:
            self._say("Nothing is computed otherwise since you opened it.", "news")
        else:
            self.dismiss(Saved(tuple(sorted(self._changed))))


def _language() -> str | None:
    try:
        import tree_sitter_python  # noqa: F401 – whether it is there
    except ImportError:
        return None
    return "python"


def _at_line(editor: str, row: int) -> Iterator[str]:
    if Path(editor).name in ("vi", "vim", "nvim", "nano", "emacs", "kak", "joe"):
        yield f"+{row}"


def _cell(text: str, style: object) -> object:
    from rich.text import Text

    return Text(text, style=style, no_wrap=True, end="")  # type: ignore[arg-type]
