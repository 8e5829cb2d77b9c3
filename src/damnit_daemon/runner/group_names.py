"""Find groups and name them. Pure: objects in, names on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .group import components, group_variables
from .parameter import Parameter
from .variable import GroupError, GroupVariable, is_group


def name_globals(namespace: Mapping[str, Any]) -> list[Any]:
    """Name the groups that are globals of a file, and those inside them.

    Returns:
        All groups, each once: those of the file in its order, each followed by
        those in it.

    Raises:
        GroupError: If a group would have several names, or none.
    """
    named = [(name, value) for name, value in namespace.items() if is_group(value)]
    return _named([("" if name.startswith("__") else name, value) for name, value in named])


def name_given(groups: Iterable[tuple[str, Any]]) -> list[Any]:
    """Name the given groups and those inside them; an empty name counts as none.

    Raises:
        GroupError: If a group would have several names, or none.
    """
    return _named(list(groups))


def variables_of(groups: Iterable[Any]) -> list[GroupVariable]:
    """Return the variables of named groups, in order."""
    return [variable for group in groups for variable in group_variables(group)]


def parameters_of(groups: Iterable[Any]) -> dict[str, Parameter]:
    """Return the parameters of named groups by name."""
    found = {}
    for group in groups:
        for attribute in dir(type(group)):
            value = getattr(type(group), attribute, None)
            if isinstance(value, Parameter):
                parameter = getattr(group, attribute)
                found[parameter.name or attribute] = parameter
    return found


def _named(top: Sequence[tuple[str, Any]]) -> list[Any]:
    """Name groups breadth-first: the shortest path to a group names it."""
    found: dict[int, Any] = {}
    level = list(top)
    while level:
        names: dict[int, list[str]] = {}
        for name, group in level:
            if id(group) not in found:
                names.setdefault(id(group), []).append(name)
        groups = {id(group): group for _, group in level}
        named = [key for key in names if _is_named(groups[key], names[key])]
        found.update((key, groups[key]) for key in named)
        level = [
            (f"{groups[key].name}.{attribute}", component)
            for key in named
            for attribute, component in components(groups[key])
        ]
    for _, group in top:
        if id(group) not in found:
            raise GroupError(
                f"Group instance of {type(group).__name__!r} has no name. "
                "Provide name=... or assign it to a variable in the context file",
                group=group,
            )
    _require_different(found.values())
    return _depth_first([group for _, group in top])


def _is_named(group: Any, names: Iterable[str]) -> bool:
    """Name a group unless it has a name; return False if there is no name."""
    if group.name is not None:
        if group.title is None and not vars(group).get(_WAS_NAMED):
            group.title = group.name
        return True
    different = list(dict.fromkeys(name for name in names if name))
    if len(different) > 1:
        raise GroupError(
            f"Group instance of {type(group).__name__!r} is assigned to multiple names {different} "
            "without an explicit name. Give it one with name=..., or make an instance for each",
            group=group,
        )
    if different:
        group.name = different[0]
        setattr(group, _WAS_NAMED, True)
    return bool(different)


_WAS_NAMED = "_damnit_was_named"
"""Set if the name was derived, not given: its title then has the separator for its dots."""


def _require_different(groups: Iterable[Any]) -> None:
    by_name: dict[str, Any] = {}
    for group in groups:
        other = by_name.setdefault(group.name, group)
        if other is not group:
            raise GroupError(
                f"Group name {group.name!r} is used by multiple group instances: "
                f"a {type(other).__name__} and a {type(group).__name__}. Give one another name=...",
                group=group,
            )


def _depth_first(groups: Iterable[Any]) -> list[Any]:
    found: dict[int, Any] = {}
    for group in groups:
        if id(group) not in found:
            found[id(group)] = group
            found.update((id(g), g) for g in _depth_first(c for _, c in components(group)))
    return list(found.values())
