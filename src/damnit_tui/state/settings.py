"""User settings, in a file that the app never writes: `settings.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..sanitize import visible
from .storage import config_directory
from .validate import mapping

FILE = "settings.toml"


@dataclass(frozen=True)
class Settings:
    """The user's settings."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """Keymap IDs, with the keys bound to them."""
    theme: str = ""
    problems: tuple[str, ...] = ()
    """Invalid settings, to be reported once."""


def load_settings(directory: Path | None = None) -> Settings:
    """Read the settings; problems are reported, never fatal.

    Args:
        directory: Directory of the file; None for the user's.
    """
    path = (directory or config_directory()) / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        return Settings(problems=(f"Cannot read {path}: {visible(str(error))}",))
    import tomllib

    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(problems=(f"{path}: {visible(str(error))}",))
    problems = [f"{path}: unknown setting {name!r}" for name in found if name not in _KNOWN]
    keys = {}
    for id, written in _flat(mapping(found.get("keys"))).items():
        joined = ",".join(written) if isinstance(written, list) else written
        if isinstance(joined, str):
            keys[id] = joined
        else:
            problems.append(f"{path}: keys.{id} must be a string")
    theme = found.get("theme", "")
    if not isinstance(theme, str):
        problems.append(f"{path}: theme must be a string")
    return Settings(keys, theme if isinstance(theme, str) else "", tuple(map(visible, problems)))


_KNOWN = ("keys", "theme")


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Flatten nested tables: `runs.filter = …` without quotes is a table in a table."""
    found: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{name}."))
        elif isinstance(value, list) and not all(isinstance(one, str) for one in value):
            found[f"{prefix}{name}"] = None
        else:
            found[f"{prefix}{name}"] = value
    return found
