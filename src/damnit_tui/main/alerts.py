"""Alerts: evaluate the rules and notify a user who is not watching the screen."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from damnit_daemon.errors import DamnitError
from damnit_daemon.query import FilterError

from ..data.feed import Feed
from ..data.session import READ_ONLY, Session
from ..sanitize import visible
from ..table.rows import Rows
from ..textual_internals import driver_of

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

    from ..alerts.rules import Alert, AlertEvaluator

LIST, OFF = "list", "off"


class AlertMonitor:
    """Evaluate the alert rules of a folder.

    Args:
        session: The folder.
        feed: Tells if all values have been read.
        rows: The values.
        owner: The widget that runs the workers and shows the notifications.
    """

    def __init__(self, session: Session, feed: Feed, rows: Rows, owner: Widget) -> None:
        self._session = session
        self._feed = feed
        self._rows = rows
        self._owner = owner
        self._evaluators: tuple[AlertEvaluator, ...] = ()

    @property
    def alerts(self) -> list[Alert]:
        """The present rules."""
        return [each.alert for each in self._evaluators]

    def start(self) -> None:
        """Load the alert rules."""
        self._work(partial(self._load))

    def check(self) -> None:
        """Notify if an alert has newly become true."""
        if not self._feed.has_all:
            return
        for evaluator in self._evaluators:
            if (key := evaluator.look(self._rows, self._rows.all_keys)) is not None:
                text = f"run {key.run}: {visible(str(evaluator.alert))}"
                self._owner.notify(
                    text, title="Alert", severity="warning", markup=False, timeout=30
                )
                self._work(partial(self._call, text))

    def run_command(self, text: str) -> None:
        """Add an alert, list the alerts or remove one.

        Raises:
            FilterError: If it cannot be parsed.
        """
        alerts = self.alerts
        word, _, rest = text.partition(" ")
        if word in ("", LIST) and not rest:
            self._owner.notify(_describe(alerts), markup=False, timeout=10)
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
        self._work(partial(self._save, alerts))

    def complete(self, text: str, cursor: int) -> Completion:
        """Complete column names, or the alert to remove."""
        from damnit_daemon.query.completion import Completion, complete_filter

        if text.startswith(f"{OFF} ") and cursor > len(OFF):
            return Completion(len(OFF) + 1, len(text), tuple(map(str, self.alerts)))
        return complete_filter(text, cursor, self._rows.columns)

    def _set(self, alerts: list[Alert]) -> None:
        if not alerts and not self._evaluators:
            return
        from ..alerts.rules import AlertEvaluator

        known = {each.alert: each for each in self._evaluators}
        self._evaluators = tuple(known.get(alert) or AlertEvaluator(alert) for alert in alerts)
        self.check()

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
