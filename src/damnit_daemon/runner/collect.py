"""Collect the items of a pipeline: variables and groups, and the variables in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .group_names import name_given, variables_of
from .variable import GroupError, GroupVariable, Variable, is_group

Item = tuple[str, Any]
"""A variable or a group, with the name given for it; empty if none was."""


def flatten(items: Iterable[Any]) -> list[Item]:
    """Flatten sequences and dicts.

    Raises:
        TypeError: If an item is neither a variable nor a group.
    """
    found: list[Item] = []
    for item in items:
        if isinstance(item, Variable):
            if item.func is None:
                raise TypeError("A Variable without a function cannot be added: decorate one")
            found.append(("", item))
        elif is_group(item):
            found.append(("", item))
        elif isinstance(item, Mapping) and all(map(is_group, item.values())):
            found += [(str(name), group) for name, group in item.items()]
        elif isinstance(item, Sequence) and not isinstance(item, (str, bytes)):
            found += flatten(item)
        else:
            raise TypeError(
                "Pipeline.add accepts Variable or Group instances (or a dict of groups by name, or "
                f"sequences of them); got {type(item).__name__}"
                + (": make an instance of it" if isinstance(item, type) else "")
            )
    return found


def gather(items: Iterable[Item]) -> dict[str, Variable]:
    """Return the variables by name: the given ones, then those of groups.

    Raises:
        GroupError: If a name occurs twice, or a group has none.
    """
    items = list(items)
    for name, item in items:
        if name and is_group(item) and item.name is None:
            item.name = name
    groups = name_given(("", item) for _, item in items if is_group(item))
    plain: list[Variable] = [item for _, item in items if isinstance(item, Variable)]
    name_given(("", v.group) for v in plain if isinstance(v, GroupVariable))
    found: dict[str, Variable] = {}
    for variable in [*plain, *variables_of(groups)]:
        known = found.setdefault(variable.name, variable)
        if known is not variable and known != variable:
            where = ""
            if isinstance(variable, GroupVariable):
                where = f" from group {variable.group.name!r}"
            raise GroupError(f"Duplicate variable name {variable.name!r}{where}")
    return found
