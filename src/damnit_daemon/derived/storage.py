"""The derived columns of a folder, shared by all its users: a small file next to the database.

Not in the database: a definition is no data of a run, is written and read without its lock, and
can be copied to another folder. DAMNIT does not know the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress

from ..atomic_write import atomic_write
from ..errors import DamnitError
from ..paths import DamnitFolder
from ..permissions import file_bits
from .definition import MOST, Definition, stored_definition

_MOST_BYTES = 200_000


def load_shared(folder: DamnitFolder) -> tuple[Definition, ...]:
    """Load the definitions; invalid ones are skipped: the file may be edited by hand.

    Args:
        folder: The DAMNIT folder.
    """
    found: dict[str, Definition] = {}
    with suppress(OSError, ValueError, RecursionError):
        for item in _listed(folder)[:MOST]:
            if (definition := stored_definition(item)) is not None:
                found[definition.name] = definition
    return tuple(found.values())


def save_shared(folder: DamnitFolder, definitions: Iterable[Definition]) -> None:
    """Replace the definitions; what was written by hand and is not shown stays in the file.

    Raises:
        DamnitError: If it cannot be written, or is not valid, or there are too many.
    """
    texts: list[object] = list(map(str, definitions))
    if len(texts) > MOST:
        raise DamnitError(f"At most {MOST} columns can be shared.")
    path = folder.derived_columns
    try:
        if path.exists():
            listed = enumerate(_listed(folder))
            texts += [i for at, i in listed if at >= MOST or stored_definition(i) is None]
        content = {"version": 1, "columns": texts}
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        atomic_write(path, text.encode(), file_bits(folder.path))
    except OSError as error:
        raise DamnitError(f"Cannot share the column: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise DamnitError(f"{path.name} is not valid JSON: correct or remove it first.") from error


def _listed(folder: DamnitFolder) -> list[object]:
    """Return what the file lists.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is not valid.
    """
    with folder.derived_columns.open("rb") as file:
        content = json.loads(file.read(_MOST_BYTES))
    listed = content.get("columns") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise ValueError("no list of columns")
    return listed
