"""Parameters as declared in a context file, and values for them as users type them. Pure."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from typing import Any, overload

from .variable import GROUP_MARK, as_tags

Plain = bool | int | float | str
"""Type of a parameter's value, that of its default."""

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}
"""Names of the types, those of user-editable variables."""
LONGEST = 10_000
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class Parameter:
    """A number, switch or text that variables depend on, and that can be set per run.

        threshold = Parameter(2.5, title="Threshold [keV]")

        @Variable(title="Hits")
        def hits(run, threshold: "param#threshold"):
            ...

    Assign it to a global of the context file, whose name it gets, or to an attribute of a
    `Group`'s class: each instance then has its own, `xgm.threshold`, which `"self#threshold"`
    refers to. `damnit-daemon reprocess --param threshold=3` sets it for some runs,
    `damnit-daemon param threshold 3` for new ones.

    Args:
        default: Value unless another is set; its type is that of all values.
        name: Replaces the name that it is assigned to.
        title: Title of its column; default: the name.
        description: Shown with it.
        tags: One or more words.
    """

    is_parameter = True

    def __init__(
        self,
        default: Plain,
        name: str | None = None,
        title: str | None = None,
        description: str = "",
        tags: str | Iterable[str] = (),
    ) -> None:
        if type(default) not in TYPES:
            raise ValueError(
                f"The default of a Parameter must be a bool, int, float or str, not {default!r}"
            )
        parse_value(default, TYPES[type(default)])
        if not all(isinstance(each, str | None) for each in (name, title, description)):
            raise ValueError("The name, title and description of a Parameter must be texts")
        self.default = default
        self.name = name
        self._title = title
        self.description = description
        self.tags = as_tags(tags) or ()

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name

    @overload
    def __get__(self, instance: None, owner: type) -> Parameter: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Parameter: ...

    def __get__(self, instance: Any, owner: type | None = None) -> Parameter:
        """Return the parameter of one instance of a `Group`."""
        if instance is None or getattr(type(instance), GROUP_MARK, False) is not True:
            return self
        made = copy.copy(self)
        made.name = f"{instance.name}.{self.name}"
        prefix = instance.name if instance.title is None else instance.title
        made._title = f"{prefix}{instance.sep}{self.title}"
        made.tags = tuple(sorted({*self.tags, *(instance.tags or ())}))
        return made

    def __repr__(self) -> str:
        return f"<Parameter {self.name or '(no name yet)'}={self.default!r}>"

    @property
    def title(self) -> str:
        """Title of its column."""
        return self._title if self._title is not None else self.name or ""

    @property
    def type_name(self) -> str:
        """`boolean`, `integer`, `number` or `string`."""
        return TYPES[type(self.default)]


def parse_value(value: object, type_name: str) -> Plain:
    """Return a value of a parameter's type, from text or from another value that equals one.

    Raises:
        ValueError: If there is none; the message says what is expected.
    """
    text = str(value).strip()
    if type_name == "boolean" and text.lower() in TRUE + FALSE:
        return text.lower() in TRUE
    try:
        if (
            type_name == "string"
            and len(str(value)) <= LONGEST
            and b"\0" not in str(value).encode()
        ):
            return str(value)
        if type_name == "integer" and len(text) < 40 and abs(number := int(text)) < 2**63:
            return number
        if type_name == "number" and math.isfinite(found := float(text)):
            return found
    except ValueError:
        pass
    expected = {"boolean": "yes or no", "integer": "a whole number", "number": "a number"}
    shown = text if len(text) <= 40 else f"{text[:39]}…"
    raise ValueError(f"{shown!r} is not {expected.get(type_name, 'text that can be stored')}")
