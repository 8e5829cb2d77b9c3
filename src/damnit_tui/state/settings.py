"""What users set for themselves, in a file that only they write: `settings.toml`."""

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
    """What was set."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """Ids of the key table, with the keys that do that."""
    theme: str = ""
    problems: tuple[str, ...] = ()
    """What makes no sense, to be told once."""


def load_settings(directory: Path | None = None) -> Settings:
    """Read them; what cannot be read or understood is told, never fatal.

    Args:
        directory: Where the file is; None for the user's.
    """
    path = (directory or config_directory()) / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        return Settings(problems=(f"{path} cannot be read: {visible(str(error))}",))
    import tomllib

    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(problems=(f"{path}: {visible(str(error))}",))
    problems = [f"{path}: {name!r} is no setting" for name in found if name not in _KNOWN]
    keys = {}
    for id, written in _flat(mapping(found.get("keys"))).items():
        joined = ",".join(written) if isinstance(written, list) else written
        if isinstance(joined, str):
            keys[id] = joined
        else:
            problems.append(f"{path}: keys.{id} is no text")
    theme = found.get("theme", "")
    if not isinstance(theme, str):
        problems.append(f"{path}: theme is no text")
    return Settings(keys, theme if isinstance(theme, str) else "", tuple(map(visible, problems)))


_KNOWN = ("keys", "theme")


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """`runs.filter = …` without quotes is a table in a table."""
    found: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{name}."))
        elif isinstance(value, list) and not all(isinstance(one, str) for one in value):
            found[f"{prefix}{name}"] = None
        else:
            found[f"{prefix}{name}"] = value
    return found
