"""The state that must survive a dropped connection. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from damnit_daemon.model import RunKey

from .validate import mapping, read_key, text, texts, write_key
from .view_state import ViewState

VERSION = 1
Cell = tuple[RunKey, str]
"""A run, and the name of a variable."""


class SavedState(NamedTuple):
    """The saved table state of one folder."""

    view: ViewState = ViewState()
    marks: frozenset[RunKey] = frozenset()
    follow: bool = False
    cursor: Cell | None = None
    drafts: Mapping[Cell, str] = MappingProxyType({})
    """Typed values of cells that are not saved to the database yet."""
    filters: tuple[str, ...] = ()
    """Filter history, oldest first."""
    commands: tuple[str, ...] = ()
    theme: str = ""
    preview: bool = False
    """True if the preview pane is open."""
    plot: Mapping[str, object] = MappingProxyType({})
    """The last plot, as JSON."""
    typed: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Texts typed for each variable, oldest first."""

    def as_json(self, folder: str) -> dict[str, object]:
        """Convert to JSON.

        Args:
            folder: The folder, for people who read the file.
        """
        return {
            "version": VERSION,
            "folder": folder,
            "view": self.view.as_json(),
            "marks": [write_key(key) for key in sorted(self.marks)],
            "follow": self.follow,
            "cursor": _write_cell(self.cursor) if self.cursor else None,
            "drafts": [
                {**_write_cell(cell), "text": typed} for cell, typed in sorted(self.drafts.items())
            ],
            "filters": list(self.filters),
            "commands": list(self.commands),
            "theme": self.theme,
            "preview": self.preview,
            "plot": dict(self.plot),
            "typed": {name: list(typed) for name, typed in self.typed.items()},
        }

    @classmethod
    def from_json(cls, value: object) -> SavedState:
        """Load from JSON; invalid entries are left out."""
        found = mapping(value)
        marks = (read_key(one) for one in texts(found.get("marks")))
        drafts = {}
        written = found.get("drafts")
        for draft in written if isinstance(written, list) else ():
            cell = _read_cell(draft)
            if cell is not None and (typed := text(mapping(draft).get("text"))):
                drafts[cell] = typed
        return cls(
            ViewState.from_json(found.get("view")),
            frozenset(key for key in marks if key is not None),
            found.get("follow") is True,
            _read_cell(found.get("cursor")),
            drafts,
            texts(found.get("filters")),
            texts(found.get("commands")),
            text(found.get("theme")),
            found.get("preview") is True,
            mapping(found.get("plot")),
            {name: texts(typed) for name, typed in mapping(found.get("typed")).items()},
        )


def _write_cell(cell: Cell) -> dict[str, object]:
    return {"run": write_key(cell[0]), "column": cell[1]}


def _read_cell(value: object) -> Cell | None:
    found = mapping(value)
    key, name = read_key(found.get("run")), found.get("column")
    return (key, name) if key is not None and isinstance(name, str) else None
