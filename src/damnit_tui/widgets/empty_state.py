"""A message in place of an empty table."""

from __future__ import annotations

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from ..data.feed import Health
from ..sanitize import visible


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
        color: $foreground 80%;
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
        text.append(f"{visible(self.lines[0])}\n", "bold")
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
                "There is no run database in this folder yet.",
                "This view fills as soon as there is one.",
            )
        return (
            "There is a context file here, but no run database yet.",
            "Processing a run makes one: damnit-daemon reprocess RUN --direct",
            "This view fills by itself.",
        )
    if health.problem:
        return ("The run database cannot be read.", health.problem, health.hint, "Trying again.")
    if loading:
        return ("Loading…",)
    if daemon:
        return ("No runs yet.", "The daemon is at work: they appear here as they arrive.")
    return (
        "No runs yet.",
        "They appear here as soon as they are processed: damnit-daemon reprocess RUN --direct",
    )
