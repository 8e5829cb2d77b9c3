"""The derived columns of a folder, shared by all its users: a small file next to the database.

Not in the database: a definition is no data of a run, is written and read without its lock, and
can be copied to another folder. DAMNIT does not know the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..atomic_write import atomic_write
from ..errors import DamnitError
from ..paths import DamnitFolder
from ..permissions import file_bits
from ..query.errors import FilterError
from .definition import LONGEST, MOST, Definition, parse_definition

_MOST_BYTES = 200_000


def load_shared(folder: DamnitFolder) -> tuple[Definition, ...]:
    """Load the definitions; invalid ones are skipped: the file may be edited by hand.

    Args:
        folder: The DAMNIT folder.
    """
    try:
        with folder.derived_columns.open("rb") as file:
            content = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return ()
    listed = content.get("columns") if isinstance(content, dict) else None
    found: dict[str, Definition] = {}
    for item in listed[:MOST] if isinstance(listed, list) else ():
        if isinstance(item, str) and len(item) <= 2 * LONGEST:
            try:
                definition = parse_definition(item)
            except FilterError:
                continue
            found[definition.name] = definition
    return tuple(found.values())


def save_shared(folder: DamnitFolder, definitions: Iterable[Definition]) -> None:
    """Replace the whole file.

    Raises:
        DamnitError: If it cannot be written.
    """
    content = {"version": 1, "columns": list(map(str, definitions))}
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    try:
        atomic_write(folder.derived_columns, text.encode(), file_bits(folder.path))
    except OSError as error:
        raise DamnitError(f"Cannot share the column: {error.strerror}.") from error
