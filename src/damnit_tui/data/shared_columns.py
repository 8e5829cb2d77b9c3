"""The derived columns shared in a folder. For workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from damnit_daemon.errors import DamnitError
from damnit_daemon.paths import DamnitFolder

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition


class SharedColumns:
    """Reads and replaces the definitions.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: DamnitFolder) -> None:
        self._folder = folder
        self._seen: object = None

    def load(self) -> tuple[Definition, ...]:
        """Return the present definitions."""
        from damnit_daemon.derived import load_shared

        return load_shared(self._folder)

    def load_changed(self) -> tuple[Definition, ...] | None:
        """Return the definitions if they may have changed since the last call, else None."""
        if (seen := self._folder.derived_version()) == self._seen:
            return None
        self._seen = seen
        return self.load()

    def replace(self, before: Sequence[Definition], after: Sequence[Definition]) -> None:
        """Replace the definitions.

        Args:
            before: Those the user has seen.
            after: Those to share.

        Raises:
            DamnitError: If another user has changed them meanwhile, or they cannot be written.
        """
        from damnit_daemon.derived import save_shared

        if self.load() != tuple(before):
            raise DamnitError("Another user has changed the shared columns; try again.")
        save_shared(self._folder, after)
