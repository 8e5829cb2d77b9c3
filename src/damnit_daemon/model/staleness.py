"""Find stored values that a changed context file would compute differently. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..runner import file_format
from ..runner.protocol import ContextLoaded, VariableMeta
from .run import RunKey
from .value import StoredValue


def changed_since(
    values: Iterable[StoredValue], loaded: ContextLoaded, keys: Collection[RunKey]
) -> dict[RunKey, list[str]]:
    """Return the variables of runs to be recomputed.

    A value counts if it was computed by other code than the present one, and a missing value
    if its variable needs no corrected data, which may never come. Values from any other source
    than the context file do not count; a value without a record of its code does, unless it
    was computed by this same file.

    Args:
        values: All values of these runs.
        loaded: The current context file.
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
