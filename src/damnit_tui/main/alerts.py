"""Alerts: evaluate the rules and notify a user who is not watching the screen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual import work

from damnit_daemon.errors import DamnitError
from damnit_daemon.query import FilterError

from ..sanitize import visible
from .base import MainPart

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

    from ..alerts.rules import Alert, AlertEvaluator

LIST, OFF = "list", "off"


class Alerting(MainPart):
    """Part of the main screen: alerts."""

    _watches: tuple[AlertEvaluator, ...] = ()

    def begin_alerting(self) -> None:
        """Load the alert rules."""
        self._read_alerts()

    @work(thread=True, group="alerts")
    def _read_alerts(self) -> None:
        from ..alerts.storage import load_alerts

        alerts = load_alerts(self.session.folder.internals)
        self.call_later(self._watch, alerts)

    def _watch(self, alerts: list[Alert]) -> None:
        if not alerts and not self._watches:
            return
        from ..alerts.rules import AlertEvaluator

        known = {watch.alert: watch for watch in self._watches}
        self._watches = tuple(known.get(alert) or AlertEvaluator(alert) for alert in alerts)
        self.look_for_alerts()

    def look_for_alerts(self) -> None:
        """Notify if an alert has newly become true."""
        if not self.feed.has_all:
            return
        rows = self.table.rows
        for watch in self._watches:
            if (key := watch.look(rows, rows.all_keys)) is not None:
                text = f"run {key.run}: {visible(str(watch.alert))}"
                self.notify(text, title="Alert", severity="warning", markup=False, timeout=30)
                self._call(text)

    @work(thread=True, group="alerts")
    def _call(self, text: str) -> None:
        from ..alerts.notify import call

        def write(characters: str) -> None:
            self.call_later(self._write, characters)

        call(text, write, os.environ)

    def _write(self, characters: str) -> None:
        driver = self.app._driver
        if driver is not None and not self.app.is_headless:
            driver.write(characters)
            driver.flush()

    # Commands

    def do_alert(self, text: str) -> None:
        """Add an alert, list the alerts or remove one.

        Raises:
            FilterError: If it cannot be parsed.
        """
        alerts = [watch.alert for watch in self._watches]
        word, _, rest = text.partition(" ")
        if word in ("", LIST) and not rest:
            self._list(alerts)
            return
        if self.session.read_only:
            raise DamnitError("Nothing is changed from here: --read-only.")
        if word == OFF:
            left = [alert for alert in alerts if rest and str(alert) != rest.strip()]
            if rest and len(left) == len(alerts):
                raise FilterError("Nothing of that kind is watched.", len(OFF) + 1, len(text))
            alerts = left
        else:
            from ..alerts.rules import Alert

            alert = Alert.parse(text, self.table.rows.columns)
            alerts = [*(each for each in alerts if each != alert), alert]
        self._watch(alerts)
        self._keep_alerts(alerts)

    @work(thread=True, group="alerts")
    def _keep_alerts(self, alerts: list[Alert]) -> None:
        from ..alerts.storage import save_alerts

        try:
            save_alerts(self.session.folder.internals, alerts)
        except DamnitError as error:
            said, severity = f"{error.message} They hold until you leave.", "warning"
        else:
            said, severity = self._said(alerts), "information"
        self.call_later(self.notify, said, severity=severity, markup=False)

    def _list(self, alerts: list[Alert]) -> None:
        self.notify(self._said(alerts), markup=False, timeout=10)

    def _said(self, alerts: list[Alert]) -> str:
        if not alerts:
            return "Nothing is watched. For example: :alert xgm < 500 for 3 runs"
        return "\n".join(["Watched:", *(visible(str(alert)) for alert in alerts)])

    def complete_alert(self, text: str, cursor: int) -> Completion:
        """Complete column names, or the alert to remove."""
        from damnit_daemon.query.completion import Completion, complete_filter

        if text.startswith(f"{OFF} ") and cursor > len(OFF):
            options = tuple(str(watch.alert) for watch in self._watches)
            return Completion(len(OFF) + 1, len(text), options)
        return complete_filter(text, cursor, self.table.rows.columns)
