"""The alerts that were raised, and who has acknowledged them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from damnit_daemon.store import RaisedAlert
from damnit_daemon.text import count_of

from .. import keymap
from ..dialogs.list_screen import ListScreen
from ..format import format_time
from ..sanitize import visible
from ..table.context import TableContext
from ..table.requests import AcknowledgementRequested, RunVisited
from ..widgets.row_list import ListRow, RowCell, RowList
from ..widgets.screen_footer import ScreenFooter

HEADING = tuple(map(RowCell, ("Run", "Alert", "Raised", "Acknowledged", "by")))
NONE_RAISED = "No alert was raised yet. Rules apply to runs newer than they are."
HOW_TO_ADD = "To add a rule: :alert xgm < 500 for 3 runs"


class AlertsScreen(ListScreen):
    """All alerts of the folder, newest runs first."""

    DEFAULT_CSS = """
    AlertsScreen #alerts-rules { height: auto; max-height: 6; color: $facts-color; padding: 0 1; }
    """
    BINDINGS = keymap.bindings("alerts")
    OWNER = "alerts"
    OFFERED = ("acknowledge", "all", "withdraw", "open", "search", "help", "close")

    def __init__(
        self, context: TableContext, alerts: Sequence[RaisedAlert], rules: Sequence[str]
    ) -> None:
        """Create the screen.

        Args:
            context: The table.
            alerts: The alerts, newest runs first.
            rules: The present rules, as typed.
        """
        super().__init__(context)
        self.alerts = alerts
        self._rules = rules
        self._shown: object = None

    def compose(self) -> ComposeResult:
        """Compose the alerts, the rules and the footer."""
        yield Static(id="alerts-head", classes="list-head")
        yield RowList()
        yield Static(id="alerts-rules")
        yield ScreenFooter("alerts")

    def show_alerts(self, alerts: Sequence[RaisedAlert], rules: Sequence[str]) -> None:
        """Show the alerts and rules as they are now."""
        self.alerts, self._rules = alerts, rules
        if self.is_mounted:
            self.refresh_list()

    def refresh_list(self) -> None:
        """List the alerts, if they have changed."""
        shown = (list(self.alerts), list(self._rules))
        if shown != self._shown:
            self._shown = shown
            self.list_again()

    def list_again(self) -> None:
        """List the alerts that match the search."""
        several = len({alert.key.proposal for alert in self.alerts}) > 1
        rows = [self._row(alert, several=several) for alert in self.alerts]
        matching = [row for row in rows if row.has(self.words)]
        self.query_one(RowList).fill(HEADING, matching, stretch=1)
        waiting = sum(not alert.is_acknowledged for alert in self.alerts)
        facts = [count_of(len(self.alerts), "alert"), f"{waiting} not acknowledged"]
        self.show_head(*(facts if self.alerts else [NONE_RAISED]), shown=len(matching))
        rules = ["Rules:", *map(visible, self._rules)] if self._rules else [HOW_TO_ADD]
        self.query_one("#alerts-rules", Static).update(Text("\n".join(rules)))

    def _row(self, alert: RaisedAlert, *, several: bool) -> ListRow:
        run = f"p{alert.key.proposal} r{alert.key.run}" if several else str(alert.key.run)
        role = "quiet" if alert.is_acknowledged else "text"
        now, zone = self.context.session.clock(), self.context.zone
        since = format_time(alert.raised_at, now, zone)
        at, by = "no", ""
        if alert.acknowledged_at is not None:
            at, by = format_time(alert.acknowledged_at, now, zone), alert.acknowledged_by
        texts = [(run, role), (alert.rule, role), (since, "quiet")]
        texts += [(at, "quiet" if alert.is_acknowledged else "error"), (by, "quiet")]
        return ListRow(_id(alert), tuple(RowCell(text, each) for text, each in texts))

    @property
    def _current(self) -> RaisedAlert | None:
        current = self.query_one(RowList).current
        return next((alert for alert in self.alerts if _id(alert) == current), None)

    # Actions

    def action_acknowledge(self) -> None:
        """Acknowledge the alert."""
        if (alert := self._current) is not None and not alert.is_acknowledged:
            self.post_message(AcknowledgementRequested((alert,)))
        self.action_move(1)

    def action_acknowledge_all(self) -> None:
        """Acknowledge all alerts that are listed."""
        listed = [alert for alert in self.alerts if self._row(alert, several=True).has(self.words)]
        self.post_message(AcknowledgementRequested(tuple(listed)))

    def action_withdraw(self) -> None:
        """Withdraw the acknowledgement of the alert."""
        if (alert := self._current) is not None and alert.is_acknowledged:
            self.post_message(AcknowledgementRequested((alert,), withdraw=True))

    @on(RowList.Opened)
    def action_open(self) -> None:
        """Go to the run in the table."""
        if (alert := self._current) is not None:
            self.dismiss()
            self.post_message(RunVisited(alert.key))


def _id(alert: RaisedAlert) -> str:
    return f"{alert.key.proposal} {alert.key.run} {alert.rule}"
