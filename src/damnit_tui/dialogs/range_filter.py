"""Filter a column by a range of numbers."""

from __future__ import annotations

from datetime import datetime, tzinfo

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from damnit_daemon.query.cells import parse_number, text_of
from damnit_daemon.query.times import Moment

from .. import keymap
from ..safe_text import plain
from ..sanitize import visible
from ..table.column_values import ColumnValues, range_filter
from ..widgets.plain_input import PlainInput

WIDTH = 60


class TickLine(Static, can_focus=True):
    """A checkbox; Textual's own shows a cross in both states, distinguished only by colour."""

    DEFAULT_CSS = """
    TickLine {
        height: 1;
        margin-top: 1;
        border-left: blank;
        &:focus { border-left: heavy $focus-color; }
    }
    """
    BINDINGS = keymap.bindings("tick-line")

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ticked = False
        self._text = text

    def render(self) -> Text:
        """Draw the box as in the checklists."""
        return Text(f"[{'x' if self.ticked else ' '}] {self._text}")

    def on_click(self) -> None:
        """Toggle the checkbox."""
        self.action_tick()

    def action_tick(self) -> None:
        """Toggle the checkbox."""
        self.ticked = not self.ticked
        self.refresh()


class RangeFilterDialog(ModalScreen[str | None]):
    """Choose a range of numbers; returns the text of a filter."""

    DEFAULT_CSS = """
    RangeFilterDialog {
        align: center middle;
        & > Vertical {
            width: 68;
            max-width: 96%;
            height: auto;
            padding: 1 2;
            background: $surface;
            border: round $frame-color;
            border-title-color: $title-color;
            border-title-style: $title-style;
            border-subtitle-color: $aside-color;
        }
        & Horizontal { height: 1; margin-top: 1; }
        & Label { width: 7; }
        & Input { padding: 0 1; }
        & #spread { color: $readout-color; height: auto; }
        & #mistake { color: $error-color; height: 1; }
        & #keys { color: $quiet-color; }
    }
    """
    BINDINGS = keymap.bindings("range")
    unit = "numbers"

    def __init__(self, values: ColumnValues, name: str) -> None:
        """Start with an open range.

        Args:
            values: The values of the column.
            name: The column's name on the screen.
        """
        super().__init__()
        self._values = values
        self._name = name

    def compose(self) -> ComposeResult:
        """Compose the distribution of the numbers, two fields and an error line."""
        numbers = self._values.numbers
        low, high = self.text_of(numbers[0][0]), self.text_of(numbers[-1][0])
        with Vertical() as box:
            box.border_title = plain(f"Filter by {self._name}")
            total = sum(count for _, count in numbers)
            box.border_subtitle = f"{total} {self.unit}, {self._values.empty} empty"
            ends = f"{low}{high:>{max(1, WIDTH - len(low))}}"
            yield Static(Text(f"{self._values.histogram(WIDTH)}\n{ends}"), id="spread")
            with Horizontal():
                yield Label("from")
                yield PlainInput(placeholder=low, id="low")
            with Horizontal():
                yield Label("to")
                yield PlainInput(placeholder=high, id="high")
            yield TickLine("include empty", id="empty")
            yield Static("", id="mistake", markup=False)
            yield Static("↓ next  space tick  ⏎ apply  Esc cancel", id="keys", markup=False)

    def on_mount(self) -> None:
        """Focus the lower end."""
        self.query_one("#low", Input).focus()

    def on_key(self, event: events.Key) -> None:
        """↑ ↓ also move between the fields."""
        if event.key in ("down", "up"):
            event.stop()
            (self.focus_next if event.key == "down" else self.focus_previous)()

    @on(Input.Submitted)
    def action_keep(self) -> None:
        """Accept the range, or report its error."""
        low, high = (self.query_one(id, Input).value for id in ("#low", "#high"))
        try:
            found = range_filter(
                self._values.column,
                *map(self.checked, (low, high)),
                empty=self.query_one(TickLine).ticked,
            )
        except ValueError as error:
            self.query_one("#mistake", Static).update(Text(visible(f"{error}.")))
        else:
            self.dismiss(found)

    def action_give_up(self) -> None:
        """Cancel."""
        self.dismiss(None)

    def text_of(self, number: float) -> str:
        """Format a number as it can be typed."""
        return text_of(number)

    def checked(self, text: str) -> str:
        """Parse an end of the range for the filter; empty for none.

        Raises:
            ValueError: If it is not a number; with a message.
        """
        if text.strip() and parse_number(text) is None:
            raise ValueError(f"{text.strip()!r} is not a number")
        return text.strip()


class TimeRangeScreen(RangeFilterDialog):
    """Choose a range of times: `10:00`, `2026-03-14 10:00`, `-2h`, `yesterday`."""

    unit = "runs with a time"

    def __init__(self, values: ColumnValues, name: str, *, now: float, zone: tzinfo | None) -> None:
        """Start with an open range.

        Args:
            values: The values of the column, in Unix seconds.
            name: The column's name on the screen.
            now: Reference for short times, Unix seconds.
            zone: Time zone of times shown and typed; None for this machine's.
        """
        super().__init__(values, name)
        self._moment = Moment(now, zone)
        self._zone = zone

    def text_of(self, number: float) -> str:
        """Format a time as it can be typed."""
        try:
            return f"{datetime.fromtimestamp(number, self._zone):%Y-%m-%d %H:%M}"
        except (ValueError, OverflowError, OSError):
            return "?"

    def checked(self, text: str) -> str:
        """Parse an end of the range for the filter; empty for none.

        Raises:
            ValueError: If it is not a time; with a message.
        """
        if not (text := text.strip()):
            return ""
        try:
            self._moment.parse(text)
        except ValueError:
            hint = "such as 10:00, 2026-03-14 10:00, -2h, yesterday"
            raise ValueError(f"{text!r} is not a time {hint}") from None
        return f'"{text}"' if " " in text else text
