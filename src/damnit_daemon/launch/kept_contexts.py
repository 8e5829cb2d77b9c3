"""Earlier context files with the modules they import from the folder, to compute values as before.

Each is a folder below `.damnit/contexts`, named by the hash of the context file and, if it imports
modules of the folder, by a hash of those. It appears complete, and is never changed.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import DamnitError
from ..model import StoredValue
from ..model.bounded_json import parse_json
from ..paths import DamnitFolder
from ..permissions import file_bits, make_shared_folder
from ..runner.file_format import CONTEXT_HASH, FINGERPRINT
from ..runner.local_imports import digest
from ..runner.protocol import ContextLoaded

MOST_KEPT = 300
"""The last used ones are kept."""
LARGEST_BYTES = 4_000_000
"""Maximum size of one file."""
MOST_FILES = 100
UNFINISHED_AGE_S = 3600.0
FACTS = "facts.json"
"""File with the hashes of the modules and the fingerprints of the variables."""


class KeptContext(NamedTuple):
    """An earlier context file, kept with its modules."""

    folder: Path
    """Folder of the modules, and of the file."""

    @property
    def id(self) -> str:
        """Its name, by which jobs refer to it."""
        return self.folder.name

    @property
    def file(self) -> Path:
        """The context file."""
        return self.folder / "context.py"

    def facts(self) -> dict[str, Any]:
        """Read the facts about it; empty if they cannot be read."""
        try:
            found = parse_json((self.folder / FACTS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def is_intact(self) -> bool:
        """Return True if the files are those that were kept."""
        facts = self.facts()
        modules = facts.get("modules")
        if not isinstance(modules, dict) or self.id != _id(self.id[:16], modules):
            return False
        files = {"context.py": self.id[:16], **modules}
        return all(_digest(self.folder / name) == known for name, known in files.items())


def keep_context(folder: DamnitFolder, loaded: ContextLoaded) -> None:
    """Keep the context file that was loaded, unless it is kept already.

    If that fails, or if the file has changed since, it is not kept: nothing else depends on it.
    """
    if not loaded.context_hash or len(loaded.helpers) > MOST_FILES:
        return
    contexts = folder.internals / "contexts"
    target = contexts / _id(loaded.context_hash, loaded.helpers)
    with suppress(OSError, ValueError, DamnitError):
        try:
            os.utime(target)  # the last used ones are kept
        except FileNotFoundError:
            make_shared_folder(folder.internals)
            make_shared_folder(contexts)
            _copy(folder, loaded, target)
            _prune(contexts)


def find_kept_context(folder: DamnitFolder, value: StoredValue) -> KeptContext | None:
    """Find the context file that computed a value; None if it is not kept, or not known."""
    attributes = value.attributes
    context_hash = str(attributes.get(CONTEXT_HASH) or "")
    if len(context_hash) != 16 or not context_hash.isalnum():
        return None
    fingerprint = attributes.get(FINGERPRINT)
    for path in sorted((folder.internals / "contexts").glob(f"{context_hash}*")):
        kept = KeptContext(path)
        variables = kept.facts().get("variables")
        known = variables.get(value.name) if isinstance(variables, dict) else None
        if known is not None and fingerprint in (None, known) and kept.is_intact():
            return kept
    return None


def why_not_kept(value: StoredValue) -> str:
    """Return why a value cannot be computed again as before, if its context file is not found."""
    context_hash = str(value.attributes.get(CONTEXT_HASH) or "")
    if context_hash:
        return f"The context file {context_hash[:16]} of this value is no longer kept."
    return "This value has no known context file: it was typed, or stored by a program."


def open_kept_context(folder: DamnitFolder, name: str) -> KeptContext:
    """Return a kept context file by its ID.

    Raises:
        DamnitError: If it is not kept any more, or was changed.
    """
    kept = KeptContext(folder.internals / "contexts" / name)
    if not kept.is_intact():
        raise DamnitError(f"The context file {name} is no longer kept.")
    with suppress(OSError):
        os.utime(kept.folder)
    return kept


def _copy(folder: DamnitFolder, loaded: ContextLoaded, target: Path) -> None:
    """Copy the files if they are still those that were loaded.

    Raises:
        ValueError: If one is not.
        OSError: If one cannot be read or written.
    """
    files = {"context.py": loaded.context_hash, **loaded.helpers}
    facts = {
        "modules": loaded.helpers,
        "variables": {variable.name: variable.fingerprint for variable in loaded.variables},
    }
    unfinished = Path(tempfile.mkdtemp(prefix=".", dir=target.parent))
    try:
        bits = file_bits(target.parent)
        _write(unfinished / FACTS, json.dumps(facts).encode(), bits)
        for name, known in files.items():
            path = unfinished / name
            if not path.resolve().is_relative_to(unfinished.resolve()):
                raise ValueError(name)
            content = (folder.path / name).read_bytes()
            if len(content) > LARGEST_BYTES or digest(content) != known:
                raise ValueError(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content, bits)
        mode = stat.S_IMODE(target.parent.stat().st_mode)
        for each in [unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())]:
            each.chmod(mode)
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write(path: Path, content: bytes, bits: int) -> None:
    path.write_bytes(content)
    path.chmod(bits)


def _prune(contexts: Path) -> None:
    """Delete all but the last used, and what was left unfinished."""
    found = sorted(
        ((path.stat().st_mtime, path) for path in contexts.iterdir() if path.is_dir()), reverse=True
    )
    unfinished = [each for each in found if each[1].name.startswith(".")]
    old = [each for each in unfinished if each[0] < time.time() - UNFINISHED_AGE_S]
    kept = [each for each in found if each not in unfinished]
    for _, path in (*old, *kept[MOST_KEPT:]):
        shutil.rmtree(path, ignore_errors=True)


def _id(context_hash: str, modules: dict[str, str]) -> str:
    if not modules:
        return context_hash
    return f"{context_hash}-{digest(json.dumps(sorted(modules.items())).encode())}"


def _digest(path: Path) -> str:
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""
