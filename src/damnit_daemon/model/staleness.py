"""Which stored values another context file would give otherwise. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..runner import file_format
from ..runner.protocol import ContextLoaded, VariableMeta
from .run import RunKey
from .value import StoredValue


def changed_since(
    values: Iterable[StoredValue], loaded: ContextLoaded, keys: Collection[RunKey]
) -> dict[RunKey, list[str]]:
    """The variables of runs that are to be computed anew.

    A value counts if it was computed by other code than there is now, and a missing one
    if its variable needs no corrected data, which may never come. What somebody else than
    the context file has stored does not; a value that does not say by which code it was
    computed does, unless it was by this same file.

    Args:
        values: All of these runs.
        loaded: The context file as it is now.
        keys: The runs.
    """
    variables = [variable for variable in loaded.variables if not variable.transient]
    stored = {(value.key, value.name): value for value in values}
    found = {
        key: sorted(v.name for v in variables if _differs(stored.get((key, v.name)), v, loaded))
        for key in keys
    }
    return {key: names for key, names in found.items() if names}


def _differs(value: StoredValue | None, variable: VariableMeta, loaded: ContextLoaded) -> bool:
    if value is None:
        return variable.data == "raw"
    if value.provenance not in (None, "", file_format.CONTEXT_PROVENANCE):
        return False
    attributes = value.attributes
    if file_format.FINGERPRINT in attributes:
        return bool(attributes[file_format.FINGERPRINT] != variable.fingerprint)
    return bool(attributes.get(file_format.CONTEXT_HASH) != loaded.context_hash)
