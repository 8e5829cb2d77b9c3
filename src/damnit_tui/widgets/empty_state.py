"""A message in place of an empty table."""

from __future__ import annotations

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from ..data.feed import Health
from ..sanitize import visible
from ..themes import text_style

CREATE = "Create it: damnit-daemon proposal NUMBER"


class EmptyState(Widget, can_focus=True):
    """A few lines in the middle of the screen."""

    DEFAULT_CSS = """
    EmptyState {
        display: none;
        height: 1fr;
        padding: 1 4;
        content-align: center middle;
        text-align: center;
        background: $background;
        color: $message-color;
        &.-shown { display: block; }
    }
    """

    lines: reactive[tuple[str, ...]] = reactive(())
    """The first line is the message, the others what to do about it."""

    def watch_lines(self, lines: tuple[str, ...]) -> None:
        """Take up space only when there is a message."""
        self.set_class(bool(lines), "-shown")

    def render(self) -> Text:
        """Render the lines, with a blank one after the first."""
        if not self.lines:
            return Text("")
        text = Text(justify="center")
        text.append(f"{visible(self.lines[0])}\n", text_style("strong"))
        for line in self.lines[1:]:
            text.append(f"\n{visible(line)}")
        return text


def notice_for(
    health: Health, *, runs: int, loading: bool, daemon: bool = False
) -> tuple[str, ...]:
    """Return the message to show in place of the table; empty if the table has content."""
    if runs:
        return ()
    if health.missing:
        if not health.has_context_file:
            return (
                "No run database in this folder yet.",
                CREATE,
                "Runs appear here automatically.",
            )
        return (
            "This folder has a context file, but no run database yet.",
            CREATE,
            "Runs appear here automatically.",
        )
    if health.problem:
        return ("Cannot read the run database.", health.problem, health.hint, "Retrying…")
    if loading:
        return ("Loading…",)
    if daemon:
        return ("No runs yet.", "The daemon is running: new runs appear here automatically.")
    return (
        "No runs yet.",
        "Process runs as they arrive: damnit-daemon start",
        "Process a run that has files: damnit-daemon reprocess RUN --direct",
    )
