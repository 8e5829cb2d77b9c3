"""Groups: classes whose instances have variables of their own. Pure."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .variable import GROUP_MARK, GroupError, GroupVariable, Variable, as_tags, is_group

GROUP_FIELDS: dict[str, Any] = {"name": None, "title": None, "tags": None, "sep": "/"}
"""Fields of every group, with their defaults."""


def Group(  # noqa: N802 - DAMNIT's name
    cls: Any = None, *, tags: str | Iterable[str] | None = None, **others: Any
) -> Any:
    """Make a class a group: related variables that are created for each instance.

        @Group(tags="xgm")
        class XGM:
            device: str
            offset: float = 0.0

            @Variable(title="Energy", units="uJ", summary="mean")
            def energy(self, run):
                return run[self.device, "data.intensityTD"].xarray() + self.offset

            @Variable
            def is_weak(self, run, energy: "self#energy"):
                return bool(energy.mean() < 500)

        sa2 = XGM(device="SA2_XTD1_XGM/XGM/DOOCS:output", title="XGM SA2")

    The class becomes a dataclass with keyword-only fields. An instance that a global of the
    context file refers to takes its name, and its variables are `sa2.energy`,
    `sa2.is_weak`; their titles are `XGM SA2/Energy`, ... Groups may contain other groups,
    named `outer.inner`, and inherit from each other. `"self#energy"` is a
    variable of the same instance, `"self#inner.energy"` one of a group in it.

    Besides the fields of the class, each instance accepts:

    * `name`: replaces the name of the global;
    * `title`: prefix of the titles; default: the name;
    * `tags`: added to those of the variables; default: those of the decorator;
    * `sep`: separator between the two titles, by default `/`.

    Args:
        cls: The class.
        tags: Tags of its instances; default: those of the class it inherits from.
        others: Rejected: all other options belong to the instances.

    Raises:
        GroupError: If the class defines one of these four itself.
    """
    if others:
        raise GroupError(
            f"@Group accepts tags, but not {', '.join(others)}: pass it to the instances"
        )
    if cls is None:
        return functools.partial(Group, tags=tags)
    if not isinstance(cls, type):
        raise GroupError(f"@Group decorates a class, not {cls!r}")
    redefined = [f for f in GROUP_FIELDS if f in vars(cls) or f in inspect.get_annotations(cls)]
    if redefined:
        raise GroupError(
            f"The group {cls.__name__} defines {', '.join(redefined)} itself, which every group "
            "has: pass it to the instances, or use another name"
        )
    inherited = getattr(cls, "tags", None) if hasattr(cls, GROUP_MARK) else None
    defaults = {**GROUP_FIELDS, "tags": inherited if tags is None else as_tags(tags)}
    cls.__annotations__ = {**inspect.get_annotations(cls), **dict.fromkeys(defaults, Any)}
    for field, default in defaults.items():
        setattr(cls, field, default)
    setattr(cls, GROUP_MARK, True)
    own_init = "__init__" in vars(cls)
    made: Any = dataclass(kw_only=True, eq=False)(cls)
    made.__init__ = _settling(made.__init__, by_name_only=not own_init)
    return made


def _settling(init: Any, *, by_name_only: bool) -> Any:
    @functools.wraps(init)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        if args and by_name_only:
            kind = type(self).__name__
            raise TypeError(f"{kind}() takes its fields by name, for example {kind}(title=...)")
        init(self, *args, **kwargs)
        self.tags = as_tags(self.tags) or ()
        for attribute, component in _class_components(self):
            setattr(self, attribute, _own_copy(component))

    return __init__


def _class_components(group: Any) -> Iterator[tuple[str, Any]]:
    """Yield the groups in class attributes: each instance gets copies, with names of their own."""
    for kind in type(group).__mro__:
        for attribute, value in list(vars(kind).items()):
            if is_group(value) and getattr(group, attribute) is value:
                yield attribute, value


def _own_copy(group: Any) -> Any:
    made = copy.copy(group)
    for attribute, component in components(group):
        setattr(made, attribute, _own_copy(component))
    return made


def components(group: Any) -> list[tuple[str, Any]]:
    """Return the groups in an instance's attributes, with the attribute names."""
    return [(name, value) for name, value in vars(group).items() if is_group(value)]


def group_variables(group: Any) -> list[GroupVariable]:
    """Return the variables of one instance, inherited ones first, nested groups excluded."""
    found: dict[str, Variable] = {}
    for kind in reversed(type(group).__mro__):
        for attribute, value in vars(kind).items():
            found.pop(attribute, None)  # a class may override or remove inherited ones
            if isinstance(value, Variable) and not isinstance(value, GroupVariable):
                found[attribute] = value
    return [GroupVariable(variable, group) for variable in found.values()]
