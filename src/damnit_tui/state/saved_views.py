"""Named views, one file each: shared by all folders of a user."""

from __future__ import annotations

import re
from pathlib import Path

from damnit_daemon.errors import DamnitError
from damnit_daemon.text import did_you_mean

from .storage import read_json, state_directory, write_json
from .view_state import ViewState

_NAME = re.compile(r"[\w][\w .+-]{0,59}")


def list_views(directory: Path | None = None) -> list[str]:
    """Return the names of all views."""
    try:
        found = list(_home(directory).glob("*.json"))
    except OSError:
        return []
    return sorted(path.stem for path in found if _NAME.fullmatch(path.stem))


def load_view(name: str, directory: Path | None = None) -> ViewState:
    """Return a view by name.

    Raises:
        DamnitError: If it does not exist, or cannot be read.
    """
    path = _path(name, directory)
    try:
        return ViewState.from_json(read_json(path))
    except FileNotFoundError:
        raise DamnitError(f"Unknown view {name!r}.", hint=_known(name, directory)) from None
    except (OSError, ValueError) as error:
        raise DamnitError(f"Cannot read view {name!r}: {error}.", hint=str(path)) from error


def save_view(name: str, view: ViewState, directory: Path | None = None) -> None:
    """Save a view; one of the same name is replaced.

    Raises:
        DamnitError: If the name is not valid, or it cannot be written.
    """
    path = _path(name, directory)
    try:
        write_json(path, view.as_json())
    except OSError as error:
        raise DamnitError(f"Cannot save the view: {error}.") from error


def delete_view(name: str, directory: Path | None = None) -> None:
    """Delete a view.

    Raises:
        DamnitError: If it does not exist, or cannot be deleted.
    """
    try:
        _path(name, directory).unlink()
    except FileNotFoundError:
        raise DamnitError(f"Unknown view {name!r}.", hint=_known(name, directory)) from None
    except OSError as error:
        raise DamnitError(f"Cannot delete the view: {error}.") from error


def _home(directory: Path | None) -> Path:
    return (directory or state_directory()) / "views"


def _path(name: str, directory: Path | None) -> Path:
    if not _NAME.fullmatch(name):
        hint = "Use letters, digits, spaces and . + - _, at most 60 characters."
        raise DamnitError(f"Invalid view name {name!r}.", hint=hint)
    return _home(directory) / f"{name}.json"


def _known(name: str, directory: Path | None) -> str:
    names = list_views(directory)
    if near := did_you_mean(name, names, cutoff=0.5):
        return near
    return f"Available: {', '.join(names)}." if names else "Save one with :view save NAME."
