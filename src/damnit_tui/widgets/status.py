"""The two lines on top: the folder, and whether the data shown is up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import on, work
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from damnit_daemon.paths import DamnitFolder
from damnit_daemon.text import count_of, format_span

from ..data.daemon_activity import DaemonActivity, DaemonCondition
from ..data.feed import Health, Update
from ..data.folder_warnings import FolderWarnings, load_folder_warnings
from ..format import format_age, format_full_time
from ..sanitize import clip, clip_start, visible
from ..themes import component, component_classes

CHECK_S = 30.0
"""Interval of the folder checks: changes are rare, and a shared disk is slow."""
STALE_S = 5.0
"""Age from which the data shown is reported as old."""
BRIEF_WIDTH = 100
"""On narrower screens the daemon's host is omitted."""
COLUMNS_WIDTH = 70
"""On narrower screens the range of columns is omitted."""
TITLE_WIDTH = 24
"""Minimum width of the title."""
CONDITION_ROLES = {
    DaemonCondition.ABSENT: "quiet",
    DaemonCondition.UNCERTAIN: "alert",
    DaemonCondition.BROKEN: "failure",
    DaemonCondition.WORKING: "arrival",
}
RoleText = tuple[str, str]
"""Text and role."""


class Status(NamedTuple):
    """The state shown by the two lines."""

    folder: str
    proposal: int | None = None
    read_only: bool = False
    old_format: int | None = None
    """The database's format, if it must be upgraded before editing."""
    unwritten: int = 0
    """Edits that cannot be saved at the moment."""
    runs: int = 0
    changed_at: float | None = None
    """Time of the last change to a value, Unix seconds."""
    alerts: int = 0
    """Unacknowledged alerts."""
    new_runs: int = 0
    """Runs that arrived since the top was last in view."""
    follow: bool = False
    loading: bool = True
    reading: bool = False
    """True while values to filter or sort by are still loading."""
    columns: str = ""
    """The range of columns on the screen."""
    hidden: str = ""
    """The number of hidden columns, and the keys that show them."""
    filter: str = ""
    """The filter as typed."""
    sort: str = ""
    """Description of the sort order; empty: newest first."""
    shown: int = 0
    """Runs that match the filter."""
    marked: int = 0
    """Marked runs."""
    marking: int = 0
    """Runs in a range that is not ended yet."""
    health: Health = Health()
    work: DaemonActivity = DaemonActivity()
    warnings: FolderWarnings = FolderWarnings()
    zone: tzinfo | None = None
    """Time zone for displayed times; None for this machine's."""

    def trouble(self, now: float) -> str:
        """Return why the data may be out of date; empty if it is not, or nothing is shown."""
        health = self.health
        if health.read_at is None:
            return ""
        silent_s = now - health.read_at
        if not health.problem and silent_s < STALE_S:
            return ""
        since = f"unreadable for {format_span(silent_s)}" if silent_s >= 1 else "unreadable"
        as_of = f"showing data as of {format_full_time(health.read_at, self.zone)[-8:]}"
        return f"Database {since}; {as_of}. {visible(health.problem)}".rstrip()

    def after(self, update: Update, *, runs: int, unseen: int) -> Status:
        """Return the status after an update.

        Args:
            update: The update.
            runs: Total number of runs.
            unseen: Number of new runs that are out of view.
        """
        stamps = [value.timestamp for value in update.values]
        if self.changed_at is not None:
            stamps.append(self.changed_at)
        return self._replace(
            runs=runs,
            new_runs=self.new_runs + (unseen if update.live else 0),
            changed_at=max(stamps, default=None),
        )

    def title(self, width: int) -> str:
        """Return proposal and folder; a long path is clipped on the left."""
        proposal = f"p{self.proposal} · " if self.proposal is not None else ""
        return clip(
            proposal + clip_start(visible(self.folder), max(8, width - len(proposal))), width
        )

    def marks(self) -> list[RoleText]:
        """Return the special properties of this view."""
        found = []
        if self.old_format is not None:
            found.append((f"⊘ old format {self.old_format}: e migrates", "alert"))
        elif self.read_only:
            found.append(("⊘ read-only", "alert"))
        found += [(mark, "alert") for mark in self.warnings.marks()]
        if self.alerts:
            found.append((f"! {count_of(self.alerts, 'alert')}", "failure"))
        if self.unwritten:
            found.append((f"✎ {count_of(self.unwritten, 'edit')} waiting", "alert"))
        if self.follow:
            found.append(("▾ following", "alert"))
        return found

    def daemon(self, now: float, *, brief: bool = False) -> list[RoleText]:
        """Return the state and workload of the daemon."""
        text, condition = self.work.state(now, brief=brief, zone=self.zone)
        return [
            part
            for part in ((text, CONDITION_ROLES[condition]), (self.work.counts(), "text"))
            if part[0]
        ]

    def words(self, now: float) -> object:
        """Return everything displayed, to detect changes."""
        place = (self.proposal, self.folder, self.columns, self.hidden, self.new_runs, self.filter)
        return place, self.marks(), self.daemon(now), self.facts(now), self.trouble(now)

    def facts(self, now: float) -> str:
        """Return the number of runs, and the age of the data."""
        if self.health.missing and not self.runs:
            return ""
        runs = count_of(self.runs, "run")
        if self.filter:
            runs = f"{self.shown} of {runs}"
        parts = ["loading…" if self.loading else runs]
        if self.reading and not self.loading:
            parts.insert(0, "reading…")  # the end is clipped where there is little room
        if self.marking:
            parts.append(f"marking {count_of(self.marking, 'run')}: V finishes")
        elif self.marked:
            parts.append(f"{self.marked} marked")
        if self.sort:
            parts.append(self.sort)
        if self.changed_at is not None:
            parts.append(f"last change {format_age(now - self.changed_at)}")
        return " · ".join(parts)


class StatusLines(Widget):
    """Folder, freshness and problems."""

    DEFAULT_CSS = """
    StatusLines {
        height: 2;
        background: $surface;
        color: $foreground;
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes(
        *("title", "quiet", "alert", "arrival", "failure")
    )

    status: reactive[Status] = reactive(Status(""), repaint=False)
    """The status to show."""

    now: reactive[float] = reactive(0.0, repaint=False)
    """The current time; updated regularly from outside."""

    @dataclass
    class FolderChecked(Message):
        """Posted when the folder itself was checked."""

        warnings: FolderWarnings

    def watch_folder(self, folder: DamnitFolder) -> None:
        """Report problems of the folder itself from now on."""
        self.check_folder(folder)
        self.set_interval(CHECK_S, lambda: self.check_folder(folder))

    @work(thread=True, exclusive=True, group="folder")
    def check_folder(self, folder: DamnitFolder) -> None:
        """Check whether the folder is a copy, and whether results were quarantined."""
        self.post_message(self.FolderChecked(load_folder_warnings(folder)))

    @on(FolderChecked)
    def show_warnings(self, event: FolderChecked) -> None:
        """Show the warnings."""
        self.status = self.status._replace(warnings=event.warnings)

    def watch_status(self) -> None:
        """Repaint when the status changes."""
        self._repaint_if_new()

    _words: object = None
    """The last displayed text."""

    def watch_now(self) -> None:
        """Repaint when time alone changes the text."""
        self._repaint_if_new()

    def _repaint_if_new(self) -> None:
        """Repaint only if the text changes: an idle screen sends nothing."""
        words = self.status.words(self.now)
        if words != self._words:
            self._words = words
            self.refresh()

    def render(self) -> Text:
        """Render the two lines, each with a left and a right end."""
        status, room = self.status, max(0, self.size.width - 2)
        right = self._right(
            [*status.marks(), *status.daemon(self.now, brief=room < BRIEF_WIDTH)],
            max(0, room - TITLE_WIDTH - 2),
        )
        title = status.title(room - right.cell_len - 2)
        first = self._line((title, "title"), right, room)
        return Text("\n").join([first, self._second(room)])

    def _second(self, room: int) -> Text:
        """Render messages and counts; problems precede facts."""
        text, role = self._left()
        facts = [] if self.status.trouble(self.now) else [(self._facts(), "quiet")]
        right = self._right(facts, max(0, room - cell_len(text) - 2))
        return self._line((clip(text, room), role), right, room)

    def _facts(self) -> str:
        facts = self.status.facts(self.now)
        columns = self.status.columns if self.size.width >= COLUMNS_WIDTH else ""
        # Hidden columns come first: the end is clipped where there is little room.
        return " · ".join(filter(None, (self.status.hidden, columns, facts)))

    def _left(self) -> tuple[str, str]:
        if trouble := self.status.trouble(self.now):
            return trouble, "failure"
        arrivals = f"{count_of(self.status.new_runs, 'new run')} ↑" if self.status.new_runs else ""
        if self.status.filter:  # a forgotten filter makes runs seem missing
            text = f"filter: {visible(self.status.filter)}"
            return f"{text}  {arrivals}".rstrip(), "alert"
        return (arrivals, "arrival") if arrivals else ("", "quiet")

    def _right(self, pairs: Sequence[RoleText], room: int) -> Text:
        text = Text("  ").join(Text(words, self._style(role)) for words, role in pairs)
        text.truncate(room, overflow="ellipsis")
        return text

    def _line(self, left: RoleText, right: Text, room: int) -> Text:
        """Join both ends with blanks between them."""
        line = Text(" ", no_wrap=True, end="")
        line.append(left[0], self._style(left[1]))
        line.append(" " * max(0, room - cell_len(left[0]) - right.cell_len))
        return line.append_text(right)

    def _style(self, role: str) -> Style:
        return Style() if role == "text" else self.get_component_rich_style(component(role))
