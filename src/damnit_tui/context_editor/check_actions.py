"""Check a text, and try it on a run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from damnit_daemon.model import RunKey, StoredValue
from damnit_daemon.runner.protocol import ContextLoaded, Note
from damnit_daemon.text import count_of

from ..data.dry_run import DryRunResult, advice, changed_variables
from ..sanitize import visible
from .base import PROBLEMS, Attempt, ContextPart
from .result_rows import problem_lines, tried_line

TRIED = ("", "Variable", "Now", "Stored", "Took")


class Trying(ContextPart):
    """Part of the context editor: check and try."""

    def action_check(self) -> None:
        """Load the text in the context Python, and show its problems."""
        self._begin("checking", self._check, self.text)

    def _check(self, attempt: Attempt, text: str) -> None:
        loaded = self._dry_run(attempt).check(text)
        count = len(loaded.variables)
        python = loaded.versions.get("python", "?")
        said = f"{count_of(count, 'variable')}, no errors (Python {python})"
        self._later(partial(self._show_problems, loaded, said))

    def action_try(self) -> None:
        """Prompt for a run, and try the text on it."""
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
        self._begin(
            f"trying on run {key.run}", lambda attempt, _: self._try(attempt, text, key, names), ""
        )

    def _try(self, attempt: Attempt, text: str, key: RunKey, names: list[str]) -> None:
        trial = self._dry_run(attempt)
        wanted = self._wanted(trial.check, text, names)
        stored = {v.name: v for v in self._session.load_values([key], blobs=True)}
        places: dict[str, int] = {}
        count = 0
        for news in trial.evaluate(text, key, wanted):
            if isinstance(news, ContextLoaded):
                places = {variable.name: variable.line for variable in news.variables}
                if any(problem.severity == "error" for problem in news.problems):
                    loaded = news
                    self._later(partial(self._show_problems, loaded, "", "It does not load."))
                    return
            elif isinstance(news, Note):
                note = news.message
                self._later(partial(self.notify, note, markup=False))
            else:
                count += bool(news.outcome)
                self._add_tried(attempt, news, stored.get(news.name), places.get(news.name, 0))
        said = f"Tried on run {key.run}: {count_of(count, 'variable')}. Nothing was stored."
        if printed := attempt.printed():
            said += f" It printed: {visible(printed[-1])}"
        self._later(partial(self._say, said, "news"))

    def _wanted(
        self, check: Callable[[str], ContextLoaded], text: str, names: list[str]
    ) -> list[str] | None:
        """The variables to try; None for all."""
        if names == ["*"]:
            return None
        if names or not self._saved_text.strip():
            return names or None
        return changed_variables(check(self._saved_text), check(text)) or None

    def _add_tried(
        self, attempt: Attempt, tried: DryRunResult, stored: StoredValue | None, line: int
    ) -> None:
        attempt.lines[tried.name] = tried_line(tried, stored, line)
        lines = list(attempt.lines.values())
        self._later(partial(self._fill, TRIED, lines))

    def action_hints(self) -> None:
        """Show hints that need no execution."""
        problems = advice(self.text)
        self._fill(PROBLEMS, problem_lines(problems))
        self._say(count_of(len(problems), "hint") if problems else "No hints.", "news")
