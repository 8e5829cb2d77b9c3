"""The two lines on top: which folder this is, and whether what is shown is true."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from ..feed import Health, Update
from ..table.numbers import format_age, format_full_time
from ..visible import clip, visible

STALE_S = 5.0
"""From this age on what is shown is called old."""


@dataclass(frozen=True)
class Status:
    """All that the two lines say."""

    folder: str
    proposal: int | None = None
    read_only: bool = False
    runs: int = 0
    changed_at: float | None = None
    """When somebody last wrote a value, Unix seconds."""
    new_runs: int = 0
    """Runs that came since one looked at the top."""
    follow: bool = False
    loading: bool = True
    columns: str = ""
    """Which of the columns are on the screen."""
    health: Health = field(default_factory=Health)
    zone: tzinfo | None = None
    """In which times are shown; None for this machine's."""

    def trouble(self, now: float) -> str:
        """Why what is shown may be out of date; empty if it is not, or nothing is shown."""
        health = self.health
        if health.read_at is None:
            return ""
        silent_s = now - health.read_at
        if not health.problem and silent_s < STALE_S:
            return ""
        since = f"could not be read for {_span(silent_s)}" if silent_s >= 1 else "cannot be read"
        as_of = f"shown as of {format_full_time(health.read_at, self.zone)[:8]}"
        return f"Database {since}; {as_of}. {visible(health.problem)}".rstrip()

    def after(self, update: Update, *, runs: int, unseen: int) -> Status:
        """What to say after an update.

        Args:
            update: What has come.
            runs: How many there are now.
            unseen: How many are new, and not where somebody looks.
        """
        stamps = [value.timestamp for value in update.values]
        if self.changed_at is not None:
            stamps.append(self.changed_at)
        return replace(
            self,
            runs=runs,
            new_runs=self.new_runs + (unseen if update.live else 0),
            changed_at=max(stamps, default=None),
        )

    def title(self) -> str:
        """Proposal and folder."""
        proposal = f"p{self.proposal} · " if self.proposal is not None else ""
        return f"{proposal}{visible(self.folder)}"

    def marks(self) -> list[str]:
        """What is special about this view."""
        found = []
        if self.read_only:
            found.append("⊘ read-only")
        if self.follow:
            found.append("▾ following")
        return found

    def facts(self, now: float) -> str:
        """How much there is, and how fresh."""
        if self.health.missing and not self.runs:
            return ""
        parts = ["loading…" if self.loading else _plural(self.runs, "run")]
        if self.changed_at is not None:
            parts.append(f"last change {format_age(now - self.changed_at)}")
        return " · ".join(parts)


class StatusLines(Widget):
    """Folder, freshness and trouble."""

    DEFAULT_CSS = """
    StatusLines {
        height: 2;
        background: $surface;
        color: $foreground;
        & .status--title { text-style: bold; color: $text-primary; }
        & .status--quiet { color: $foreground 60%; }
        & .status--mark { color: $text-warning; text-style: bold; }
        & .status--news { color: $text-success; text-style: bold; }
        & .status--trouble { color: $text-error; text-style: bold; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status--title",
        "status--quiet",
        "status--mark",
        "status--news",
        "status--trouble",
    }

    status: reactive[Status] = reactive(Status(""))
    """What to say."""

    now: reactive[float] = reactive(0.0, repaint=False)
    """The time it is said at; told from outside, every second."""

    def watch_now(self, before: float, now: float) -> None:
        """Repaint only if the words change: an idle screen sends nothing."""
        said = self.status.facts(before), self.status.trouble(before)
        if said != (self.status.facts(now), self.status.trouble(now)):
            self.refresh()

    def render(self) -> Text:
        """The two lines, each with a left and a right end."""
        status, width = self.status, self.size.width
        first = self._line((status.title(), "title"), ("  ".join(status.marks()), "mark"), width)
        second = self._line(self._news(), (self._facts(), "quiet"), width)
        return Text("\n").join([first, second])

    def _facts(self) -> str:
        facts = self.status.facts(self.now)
        columns = self.status.columns
        return f"{columns} · {facts}" if columns and self.size.width >= 70 else facts

    def _news(self) -> tuple[str, str]:
        if trouble := self.status.trouble(self.now):
            return trouble, "trouble"
        if self.status.new_runs:
            return f"{_plural(self.status.new_runs, 'new run')} ↑", "news"
        return "", "quiet"

    def _line(self, left: tuple[str, str], right: tuple[str, str], width: int) -> Text:
        """What stands on the left is cut last, save that trouble comes before facts."""
        room = width - 2
        right_text = right[0] if left[1] != "trouble" else ""
        if cell_len(left[0]) + cell_len(right_text) + 2 > room and left[1] != "title":
            right_text = clip(right_text, max(0, room - cell_len(left[0]) - 2))
        left_text = clip(left[0], max(0, room - cell_len(right_text) - (2 if right_text else 0)))
        blank = " " * max(0, room - cell_len(left_text) - cell_len(right_text))
        line = Text(" ", no_wrap=True, end="")
        line.append(left_text, self._style(left[1]))
        line.append(blank)
        line.append(right_text, self._style(right[1]))
        return line

    def _style(self, role: str) -> Style:
        return self.get_component_rich_style(f"status--{role}")


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _span(seconds: float) -> str:
    return f"{int(seconds)} s" if seconds < 120 else f"{int(seconds // 60)} min"
