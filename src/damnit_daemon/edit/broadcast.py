"""Broadcast edits to other DAMNIT programs, if there is a broker."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import DamnitError
from ..model import RunKey, VariableInfo
from ..paths import DamnitFolder
from ..store import Database, load_settings

if TYPE_CHECKING:
    from ..broker import Producer, Update

CLOSE_TIMEOUT_S = 2.0
"""How long closing waits for the broker."""


class EditBroadcast:
    """Publishes on the folder's update topic, in its own thread; never waits for the broker.

    Args:
        folder: The DAMNIT folder, whose settings name the broker.
        environment: May name the broker, too.
    """

    def __init__(self, folder: DamnitFolder, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._producer: Producer | None = None
        self._is_set_up = False

    def values_set(self, keys: Sequence[RunKey], names: Sequence[str]) -> None:
        """Publish that values of these variables were stored for these runs."""
        from ..broker import RunValuesUpdated

        for key in keys:
            self._publish(RunValuesUpdated(key, tuple(names)))

    def variable_set(self, info: VariableInfo) -> None:
        """Publish that a variable was defined or changed."""
        from ..broker import VariableSet

        self._publish(VariableSet(info))

    def close(self) -> None:
        """Flush, waiting briefly for the broker."""
        if self._producer is not None:
            self._producer.close(CLOSE_TIMEOUT_S)

    def _publish(self, update: Update) -> None:
        if not self._is_set_up:
            self._set_up()
        if self._producer is not None:
            self._producer.publish(update)

    def _set_up(self) -> None:
        """Find the broker once; try again next time if the settings cannot be read now."""
        from ..broker import Producer, broker_settings

        try:
            with Database(self._folder.database).reading() as con:
                settings = load_settings(con)
            found = broker_settings(
                self._folder.path.resolve(),
                settings,
                self._environment,
                hostname=socket.gethostname(),
            )
        except DamnitError:  # the edit is stored; others read the database anyway
            return
        self._is_set_up = True
        self._producer = Producer(found) if found is not None else None
