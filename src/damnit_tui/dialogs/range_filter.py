"""A range of numbers to filter a column by."""

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
    """Something to tick; Textual's own shows a cross in either case, told apart by its colour."""

    DEFAULT_CSS = """
    TickLine {
        height: 1;
        margin-top: 1;
        &:focus { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    BINDINGS = keymap.bindings("tick-line")

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ticked = False
        self._text = text

    def render(self) -> Text:
        """As in the lists to tick."""
        return Text(f"[{'x' if self.ticked else ' '}] {self._text}")

    def on_click(self) -> None:
        """Tick it, or not."""
        self.action_tick()

    def action_tick(self) -> None:
        """Tick it, or not."""
        self.ticked = not self.ticked
        self.refresh()


class RangeFilterDialog(ModalScreen[str | None]):
    """From a number to a number; gives the text of a filter."""

    DEFAULT_CSS = """
    RangeFilterDialog {
        align: center middle;
        & > Vertical {
            width: 68;
            max-width: 96%;
            height: auto;
            padding: 1 2;
            background: $surface;
            border: round $primary;
            border-title-color: $text-primary;
            border-title-style: bold;
            border-subtitle-color: $foreground 70%;
        }
        & Horizontal { height: 1; margin-top: 1; }
        & Label { width: 7; }
        & Input { padding: 0 1; background: $boost; }
        & #spread { color: $text-accent; height: auto; }
        & #mistake { color: $text-error; height: 1; }
        & #keys { color: $foreground 60%; }
    }
    """
    BINDINGS = keymap.bindings("range")
    unit = "numbers"

    def __init__(self, values: ColumnValues, name: str) -> None:
        """Begin with an open range.

        Args:
            values: What there is.
            name: What the column is called on the screen.
        """
        super().__init__()
        self._values = values
        self._name = name

    def compose(self) -> ComposeResult:
        """How the numbers are spread; two ends; what is wrong."""
        numbers = self._values.numbers
        low, high = self.text_of(numbers[0][0]), self.text_of(numbers[-1][0])
        with Vertical() as box:
            box.border_title = plain(f"Only runs where {self._name} is")
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
            yield TickLine("also runs where it is empty", id="empty")
            yield Static("", id="mistake", markup=False)
            yield Static("↓ next  space tick  ⏎ take  Esc back", id="keys", markup=False)

    def on_mount(self) -> None:
        """Begin with the lower end."""
        self.query_one("#low", Input).focus()

    def on_key(self, event: events.Key) -> None:
        """↑ ↓ go from one to the next, too."""
        if event.key in ("down", "up"):
            event.stop()
            (self.focus_next if event.key == "down" else self.focus_previous)()

    @on(Input.Submitted)
    def action_keep(self) -> None:
        """Take the range, or say what is wrong with it."""
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
        """Leave all as it was."""
        self.dismiss(None)

    def text_of(self, number: float) -> str:
        """Write a number as it can be typed."""
        return text_of(number)

    def checked(self, text: str) -> str:
        """An end of the range as a filter has it; empty for none.

        Raises:
            ValueError: If it is no number; the text says so.
        """
        if text.strip() and parse_number(text) is None:
            raise ValueError(f"{text.strip()!r} is no number")
        return text.strip()


class TimeRangeScreen(RangeFilterDialog):
    """From a time to a time: `10:00`, `2026-03-14 10:00`, `-2h`, `yesterday`."""

    unit = "runs with a time"

    def __init__(self, values: ColumnValues, name: str, *, now: float, zone: tzinfo | None) -> None:
        """Begin with an open range.

        Args:
            values: What there is, in Unix seconds.
            name: What the column is called on the screen.
            now: What short times refer to, Unix seconds.
            zone: In which times are shown and typed; None for this machine's.
        """
        super().__init__(values, name)
        self._moment = Moment(now, zone)
        self._zone = zone

    def text_of(self, number: float) -> str:
        """Write a time as it can be typed."""
        try:
            return f"{datetime.fromtimestamp(number, self._zone):%Y-%m-%d %H:%M}"
        except (ValueError, OverflowError, OSError):
            return "?"

    def checked(self, text: str) -> str:
        """An end of the range as a filter has it; empty for none.

        Raises:
            ValueError: If it is no time; the text says so.
        """
        if not (text := text.strip()):
            return ""
        try:
            self._moment.parse(text)
        except ValueError:
            hint = "such as 10:00, 2026-03-14 10:00, -2h, yesterday"
            raise ValueError(f"{text!r} is no time {hint}") from None
        return f'"{text}"' if " " in text else text
