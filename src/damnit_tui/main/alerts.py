"""Alerts: evaluate the rules, notify a user who is not watching, and keep what was raised."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey
from damnit_daemon.query import FilterError
from damnit_daemon.run_ranges import parse_run_ranges
from damnit_daemon.store import AlertChange, RaisedAlert, raise_alerts
from damnit_daemon.store.alerts import MOST_ALERTS

from ..data.edit_commands import AcknowledgeAlerts
from ..data.feed import Feed
from ..data.session import READ_ONLY
from ..sanitize import visible
from ..table.context import TableContext
from ..textual_internals import driver_of
from .edit_bar import EditBar

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

    from ..alerts.rules import Alert, AlertEvaluator
    from ..alerts.screen import AlertsScreen

LIST, OFF = "list", "off"


class AlertMonitor:
    """Evaluate the alert rules of a folder, and keep the alerts until they are acknowledged.

    Args:
        context: The folder and its values.
        feed: Tells if all values have been read.
        edits: Writes acknowledgements.
        owner: The widget that runs the workers and shows the notifications.
    """

    def __init__(self, context: TableContext, feed: Feed, edits: EditBar, owner: Widget) -> None:
        self._context = context
        self._session = context.session
        self._feed = feed
        self._rows = context.rows
        self._edits = edits
        self._owner = owner
        self._evaluators: tuple[AlertEvaluator, ...] = ()
        self._raised: dict[tuple[RunKey, str], RaisedAlert] = {}
        """Alerts of the database."""
        self._unsaved: dict[tuple[RunKey, str], RaisedAlert] = {}
        """Alerts raised here that are not in the database: it is locked, or may not be written."""
        self._is_due = False
        self._started_at = self._session.clock()
        self._screen: AlertsScreen | None = None
        """The list of alerts, while it is open."""

    @property
    def alerts(self) -> list[Alert]:
        """The present rules."""
        return [each.alert for each in self._evaluators]

    @property
    def raised(self) -> list[RaisedAlert]:
        """The raised alerts, newest runs first."""
        if not self._unsaved:
            return list(self._raised.values())
        together = (self._unsaved | self._raised).values()
        return sorted(together, key=lambda alert: alert.key, reverse=True)

    @property
    def unacknowledged(self) -> list[RaisedAlert]:
        """The alerts that wait for a user."""
        return [alert for alert in self.raised if not alert.is_acknowledged]

    def start(self) -> None:
        """Load the alert rules."""
        self._work(partial(self._load))

    def check(self) -> None:
        """Raise the alerts that have newly become true; notify of those of this session."""
        self._is_due = True
        self.check_if_due()

    def check_if_due(self) -> None:
        """Do what `check` had to put off until all values were read."""
        if not self._is_due or not self._feed.has_all:
            return
        self._is_due = False
        for evaluator in self._evaluators:
            is_live = evaluator.has_looked
            rule = str(evaluator.alert)
            for key in reversed(evaluator.look(self._rows, self._rows.all_keys)):
                if (key, rule) in self._raised:
                    continue
                self._unsaved[key, rule] = RaisedAlert(key, rule, self._session.clock())
                if is_live:
                    self._notify(key, rule)
        self._forget_old()
        if self._unsaved:
            self._show()
            if not self._session.read_only and not self._edits.edits.denied:
                self._work(partial(self._record, list(self._unsaved.values())))

    # Raised alerts

    def show_stored(self, alerts: Iterable[RaisedAlert]) -> None:
        """Show the alerts of the database; notify of those that other apps have just raised."""
        known = self._raised.keys() | self._unsaved.keys()
        self._raised = {(alert.key, alert.rule): alert for alert in alerts}
        self._forget_old()
        for id, alert in self._raised.items():
            self._unsaved.pop(id, None)
            is_news = id not in known and alert.raised_at > self._started_at
            if is_news and not alert.is_acknowledged:
                self._notify(*id)
        self._show()

    def _forget_old(self) -> None:
        """Forget alerts that the database would not keep: they would be written again and again."""
        if len(self._raised) >= MOST_ALERTS:
            oldest, _ = next(reversed(self._raised))
            self._unsaved = {id: each for id, each in self._unsaved.items() if id[0] > oldest}

    def show_changes(self, changes: Iterable[AlertChange]) -> None:
        """Show alerts as they were just written."""
        self.show_stored((self._raised | {(new.key, new.rule): new for _, new in changes}).values())

    def show_list(self) -> None:
        """Open the list of alerts."""
        from ..alerts.screen import AlertsScreen

        self._screen = AlertsScreen(self._context, self.raised, self._rules())
        self._owner.app.push_screen(self._screen, self._list_closed)

    def acknowledge(self, alerts: Sequence[RaisedAlert], *, withdraw: bool = False) -> None:
        """Acknowledge alerts or withdraw that; report if writing is not possible."""
        chosen = tuple(alert for alert in alerts if alert.is_acknowledged == withdraw)
        if not chosen:
            self._owner.notify("No alert to acknowledge.", markup=False, timeout=4)
        elif self._edits.may_write():
            self._edits.put(AcknowledgeAlerts(chosen, withdraw))

    def run_acknowledge(self, text: str) -> None:
        """Acknowledge the alerts of some runs, or all.

        Raises:
            FilterError: If the text does not name runs.
        """
        try:
            runs = set(parse_run_ranges(text)) if text.strip() else None
        except ValueError as error:
            raise FilterError(f"{error}.", 0, len(text)) from None
        self.acknowledge([a for a in self.unacknowledged if runs is None or a.key.run in runs])

    def _show(self) -> None:
        if self._screen is not None:
            self._screen.show_alerts(self.raised, self._rules())

    def _list_closed(self, _: None) -> None:
        self._screen = None

    def _rules(self) -> list[str]:
        return [str(alert) for alert in self.alerts]

    def _notify(self, key: RunKey, rule: str) -> None:
        text = f"run {key.run}: {visible(rule)}"
        count = len(self.unacknowledged)
        others = f" ({count} open)" if count > 1 else ""
        self._owner.notify(
            f"{text}\nPress ! to acknowledge{others}.",
            title="Alert",
            severity="warning",
            markup=False,
            timeout=30,
        )
        self._work(partial(self._call, text))

    # Rules

    def run_command(self, text: str) -> None:
        """Add an alert, list the alerts or remove one.

        Raises:
            FilterError: If it cannot be parsed.
        """
        alerts = self.alerts
        word, _, rest = text.partition(" ")
        if word in ("", LIST) and not rest:
            self._owner.call_after_refresh(self.show_list)
            return
        if self._session.read_only:
            raise DamnitError(READ_ONLY)
        if word == OFF:
            left = [alert for alert in alerts if rest and str(alert) != rest.strip()]
            if rest and len(left) == len(alerts):
                raise FilterError("No such alert.", len(OFF) + 1, len(text))
            alerts = left
        else:
            from ..alerts.rules import Alert

            alert = Alert.parse(text, self._rows.columns, self._rows.content)
            alerts = [*(each for each in alerts if each != alert), alert]
        self._set(alerts)
        for evaluator in self._evaluators:
            if evaluator.alert.since is None:
                newest = evaluator.since or next(iter(self._rows.all_keys), RunKey(0, 0))
                evaluator.alert = replace(evaluator.alert, since=newest)
        self._work(partial(self._save, self.alerts))

    def complete(self, text: str, cursor: int) -> Completion:
        """Complete column names, or the alert to remove."""
        from damnit_daemon.query.completion import Completion, complete_filter

        if text.startswith(f"{OFF} ") and cursor > len(OFF):
            return Completion(len(OFF) + 1, len(text), tuple(self._rules()))
        return complete_filter(text, cursor, self._rows.columns)

    def _set(self, alerts: list[Alert]) -> None:
        if not alerts and not self._evaluators:
            return
        from ..alerts.rules import AlertEvaluator

        known = {each.alert: each for each in self._evaluators}
        self._evaluators = tuple(known.get(alert) or AlertEvaluator(alert) for alert in alerts)
        self.check()
        self._show()

    # In workers

    def _work(self, function: partial[None]) -> None:
        self._owner.run_worker(function, group="alerts", thread=True)

    def _load(self) -> None:
        from ..alerts.storage import load_alerts

        self._owner.call_later(self._set, load_alerts(self._session.folder.internals))

    def _save(self, alerts: list[Alert]) -> None:
        from ..alerts.storage import save_alerts

        try:
            save_alerts(self._session.folder.internals, alerts)
        except DamnitError as error:
            message, severity = f"{error.message} Alerts apply to this session only.", "warning"
        else:
            message, severity = _describe(alerts), "information"
        self._owner.call_later(self._owner.notify, message, severity=severity, markup=False)

    def _record(self, alerts: list[RaisedAlert]) -> None:
        try:
            with self._session.database.writing() as con:
                raise_alerts(con, alerts)
        except DamnitError:
            return  # tried again at the next change

    def _call(self, text: str) -> None:
        from ..alerts.notify import call

        def write(characters: str) -> None:
            self._owner.call_later(self._write, characters)

        call(text, write, os.environ)

    def _write(self, characters: str) -> None:
        app = self._owner.app
        driver = driver_of(app)
        if driver is not None and not app.is_headless:
            driver.write(characters)
            driver.flush()


def _describe(alerts: list[Alert]) -> str:
    if not alerts:
        return "No alerts. To add one: :alert xgm < 500 for 3 runs"
    return "\n".join(["Alerts:", *(visible(str(alert)) for alert in alerts)])
