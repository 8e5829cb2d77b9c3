"""Variables as declared in a context file: title, sources of the arguments, errors. Pure."""

from __future__ import annotations

import ast
import difflib
import enum
import inspect
import types
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, overload


class RunData(enum.Enum):
    """Files of a run: as written by the DAQ, corrected, or both."""

    RAW = "raw"
    PROC = "proc"
    ALL = "all"


class Skip(Exception):  # noqa: N818 - DAMNIT's name, and it is no error
    """Raise this in a variable's function to skip a run it does not apply to.

    The cell stays empty and shows the reason; variables that depend on it are
    skipped too.
    """


@dataclass(frozen=True)
class Argument:
    """The source of the value of a parameter of a variable's function."""

    parameter: str
    source: str
    """The text before the `#`: `var`, `meta`, `mymdc`, `param` or `self`; `missing` for a
    variable of a component that a group was created without."""
    path: str
    """The text after the `#`: a name, or for `var` a pattern."""
    required: bool
    """True if the parameter has no default."""

    @property
    def is_pattern(self) -> bool:
        """True if it requests several variables at once, as a dict."""
        return self.source == "var" and any(c in self.path for c in "*?[")

    @property
    def is_unknown(self) -> bool:
        """True if it requests an unknown source or field; only its variable fails."""
        if self.source == "meta":
            return self.path not in META_FIELDS
        return self.source == "self" or self.source not in (*SOURCES, "missing")


SOURCES = ("var", "meta", "mymdc", "param", "self")

SPELLINGS = {"input": "param"}  # DAMNIT's name for it up to 0.3.0

META_FIELDS = ("run_number", "proposal", "proposal_path")

MYMDC_FIELDS = ("run_type", "sample_name", "techniques")


class Variable:
    """A column of the run table: a function that reduces a run to a value.

    Use it as a decorator, with or without parentheses. The function gets the
    open run (an `extra_data.DataCollection`) as its first argument; the annotation
    of each other parameter names the source of its value:

    * `"var#name"`: the value of another variable; `"var#xgm_*"`: a dict of all matches;
    * `"meta#run_number"`, `"meta#proposal"`, `"meta#proposal_path"`;
    * `"mymdc#run_type"`, `"mymdc#sample_name"`, `"mymdc#techniques"`, from the metadata catalogue;
    * `"param#name"`: the value of a `Parameter`, or one passed to a `Pipeline`;
    * `"self#name"`: in a `Group`, another of its variables, or one of its parameters.

    A parameter with a default falls back to it when the value is missing.

    Args:
        title: Title of the column; `/` separates header levels. Default: the function's name.
        description: Shown with the column. Default: the function's docstring.
        summary: Name of the numpy function that reduces an array to the table's number.
        data: Files the function needs, `"raw"` (default) or `"proc"`.
        cluster: If True, the function needs a cluster node to itself.
        tags: One or more words to find columns by.
        transient: If True, only used by other variables: not stored, not shown.
        units: Shown with the value.
    """

    @overload
    def __init__(self, title: Callable[..., Any], /) -> None: ...

    @overload
    def __init__(
        self,
        title: str | None = ...,
        description: str | None = ...,
        summary: str | None = ...,
        data: str | RunData | None = ...,
        cluster: bool = ...,
        tags: str | Iterable[str] | None = ...,
        transient: bool = ...,
        units: str | None = ...,
    ) -> None: ...

    def __init__(
        self,
        title: Any = None,
        description: str | None = None,
        summary: str | None = None,
        data: str | RunData | None = None,
        cluster: bool = False,
        tags: str | Iterable[str] | None = None,
        transient: bool = False,
        units: str | None = None,
    ) -> None:
        self.func: Callable[..., Any] | None = None
        self.name = ""
        self._title: str | None = None
        self.description = description
        self.summary = summary
        self._data = data.value if isinstance(data, RunData) else data
        self.cluster = bool(cluster)
        self.tags = as_tags(tags)
        self.transient = bool(transient)
        self.units = units
        if callable(title):
            self._decorate(title)
        else:
            self._title = title

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Decorate the function; after that, call it."""
        if self.func is not None:
            return self.func(*args, **kwargs)
        self._decorate(*args, **kwargs)
        return self

    def _decorate(self, func: Callable[..., Any]) -> None:
        if not callable(func):
            raise TypeError(f"@Variable decorates a function, not {func!r}")
        self.func = func
        self.name = getattr(func, "__name__", "")
        if self.description is None:
            self.description = inspect.getdoc(func) or None

    def __get__(self, instance: object, owner: type | None = None) -> Variable:
        """Return the variable of one instance of a `Group`."""
        return GroupVariable(self, instance) if is_group(instance) else self

    def __repr__(self) -> str:
        return f"<Variable {self.name or '(no function yet)'}>"

    @property
    def title(self) -> str:
        """Title of the column."""
        return self._title if self._title is not None else self.name

    @property
    def data(self) -> RunData:
        """The files the function needs; raw ones while `data` is invalid."""
        return RunData.PROC if self._data == "proc" else RunData.RAW

    @property
    def declared_data(self) -> str | None:
        """`data` as declared; None if it was not, and may follow from dependencies."""
        return self._data

    def arguments(self) -> list[Argument]:
        """Return the sources of the parameters after the first, in order.

        Parameters whose annotation is not a `source#path` text (a type, or missing)
        are left out: they keep their defaults. So are those that `problems` reports as
        unresolvable.
        """
        found = []
        for argument in self.declared_arguments():
            with suppress(GroupError):
                found.append(self._resolved(argument))
        return found

    def parameters(self) -> list[inspect.Parameter]:
        """Return all parameters; none if they cannot be determined, as of a built-in type."""
        if self.func is None:
            return []
        try:
            return list(inspect.signature(self.func).parameters.values())
        except ValueError:  # also of a method without any
            return []

    def declared_arguments(self) -> list[Argument]:
        """Return the sources as they are written, each `self#` unresolved."""
        found = []
        for parameter in self.parameters():
            text = _annotation_text(parameter.annotation)
            if text is None or "#" not in text:
                continue
            source, _, path = text.partition("#")
            source = SPELLINGS.get(source, source)
            required = parameter.default is inspect.Parameter.empty
            found.append(Argument(parameter.name, source, path, required))
        return found

    def problems(self) -> list[tuple[str, str]]:
        """Return the errors of the declaration: messages, each with the parameter it concerns.

        The parameter is empty if the message concerns the variable itself.
        """
        if self.func is None:
            return [("@Variable(...) is not used as the decorator of a function", "")]
        found = [(message, "") for message in self._declaration_problems()]
        for declared in self.declared_arguments():
            try:
                argument = self._resolved(declared)
            except GroupError as error:
                found.append((str(error), error.parameter))
                continue
            if not argument.is_unknown and (message := _argument_problem(argument, self.name)):
                found.append((message, argument.parameter))
        return found

    def doubts(self) -> list[tuple[str, str]]:
        """Return what will fail on evaluation: messages, each with the parameter it concerns."""
        return [
            (_argument_problem(argument, self.name) or "", argument.parameter)
            for argument in self.arguments()
            if argument.is_unknown
        ]

    def _resolved(self, argument: Argument) -> Argument:
        """Return an argument with its `self#` resolved to the name of a variable.

        Raises:
            GroupError: If it does not resolve to a variable.
        """
        return argument

    def _declaration_problems(self) -> Iterable[str]:
        name = self.name
        if not all(part.isidentifier() for part in name.split(".")):
            yield f"The variable name {name!r} is not a valid Python identifier or dotted name"
        if name in RESERVED_NAMES:
            yield (
                f"The variable name {name!r} is reserved: {RESERVED_NAMES[name]}. Use another name"
            )
        if not isinstance(self.title, str):
            yield f"title={self.title!r} for variable {name} (must be a string)"
        if self._data not in (None, "raw", "proc"):
            yield f"data={self._data!r} for variable {name} (can be 'raw'/'proc')"
        if self.tags is not None and not (
            isinstance(self.tags, tuple) and all(isinstance(t, str) and t for t in self.tags)
        ):
            yield (
                f"tags={self.tags!r} for variable {name} "
                "(must be a non-empty string or an iterable of strings)"
            )
        if self.units is not None and not (isinstance(self.units, str) and self.units):
            yield f"units={self.units!r} for variable {name} (must be a non-empty string)"


class GroupError(Exception):
    """A group is declared or used incorrectly; the message explains the error and the fix.

    Attributes:
        parameter: The parameter of a variable it concerns; empty if none.
        group: The instance it concerns, if any.
    """

    def __init__(self, message: str, *, parameter: str = "", group: object = None) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.group = group


GROUP_MARK = "_damnit_group"


def is_group(value: object) -> bool:
    """Return True if the value is an instance of a `Group` class."""
    return getattr(type(value), GROUP_MARK, False) is True


class GroupVariable(Variable):
    """A variable of one group instance: its name, title and tags derive from both."""

    def __init__(self, variable: Variable, group: Any) -> None:
        self.__dict__.update(variable.__dict__)
        self._variable = variable
        self.group = group
        if variable.func is not None:
            self.func = types.MethodType(variable.func, group)

    @property
    def name(self) -> str:  # type: ignore[override]
        """The names of the instance and the method, joined by a dot."""
        return f"{self.group.name}.{self._variable.name}"

    @property
    def title(self) -> str:
        """The titles of both, joined by the group's separator."""
        prefix = self.group.title
        if prefix is None:
            prefix = str(self.group.name).replace(".", self.group.sep)
        return f"{prefix}{self.group.sep}{self._variable.title}"

    @property
    def tags(self) -> Any:
        """The tags of both."""
        own, shared = self._variable.tags, self.group.tags
        if not all(isinstance(tags, (tuple, type(None))) for tags in (own, shared)):
            return own if isinstance(shared, tuple) else shared  # for the error message
        tags = {*(own or ()), *(shared or ())}
        return tuple(sorted(tags)) if all(isinstance(t, str) for t in tags) else tuple(tags)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, GroupVariable)
            and other.group is self.group
            and other._variable is self._variable
        )

    def __hash__(self) -> int:
        return hash((id(self.group), id(self._variable)))

    def _resolved(self, argument: Argument) -> Argument:
        if argument.source != "self":
            return argument
        *inner, last = argument.path.split(".")
        owner = self.group
        for part in inner:
            owner = self._attribute(owner, part, argument)
            if owner is None:
                return self._missing(argument)
        if any(c in last for c in "*?[") and is_group(owner):
            path = f"{owner.name}.{last}"
        else:
            found = self._attribute(owner, last, argument)
            if found is None:
                return self._missing(argument)
            if getattr(found, "is_parameter", False) is True:  # its module imports this one
                return Argument(argument.parameter, "param", found.name or "", argument.required)
            if not isinstance(found, Variable):
                raise GroupError(
                    f"Attribute {last!r} on group {self._called(owner)} is of type "
                    f"{type(found).__name__!r}, but a Variable is required for a self# dependency "
                    f"({argument.parameter!r} of {self.name!r})",
                    parameter=argument.parameter,
                )
            path = found.name
        return Argument(argument.parameter, "var", path, argument.required)

    def _attribute(self, owner: Any, name: str, argument: Argument) -> Any:
        try:
            return getattr(owner, name)
        except AttributeError:
            names = [n for n in dir(owner) if not n.startswith("_")]
            near = difflib.get_close_matches(name, names, n=1)
            raise GroupError(
                f"Attribute {name!r} on group {self._called(owner)} does not exist, but is "
                f"referenced as a dependency in annotation 'self#{argument.path}' "
                f"({argument.parameter!r} of {self.name!r})."
                + (f" Did you mean {near[0]!r}?" if near else ""),
                parameter=argument.parameter,
            ) from None

    def _missing(self, argument: Argument) -> Argument:
        path = f"{self.group.name}.{argument.path}"
        return Argument(argument.parameter, "missing", path, argument.required)

    @staticmethod
    def _called(owner: Any) -> str:
        return repr(owner.name) if is_group(owner) else f"of {type(owner).__name__}"


RESERVED_NAMES = {
    "start_time": "it is the start time of the run",
    "comment": "it is the comment entered by users",
}


def as_tags(tags: Any) -> Any:
    """Convert to a tuple; keep an invalid value for the error message."""
    if tags is None:
        return None
    if isinstance(tags, str):
        return (tags,) if tags else tags
    if isinstance(tags, (set, frozenset)):
        return tuple(sorted(tags, key=str))
    return tuple(tags) if isinstance(tags, Iterable) else tags


def _annotation_text(annotation: Any) -> str | None:
    """Return the text of a string annotation, also if postponed evaluation quoted it again."""
    if not isinstance(annotation, str):
        return None
    text = annotation.strip()
    if text[:1] in {"'", '"'}:
        try:
            literal = ast.literal_eval(text)
        except (SyntaxError, ValueError):
            return text
        if isinstance(literal, str):
            return literal.strip()
    return text


def _argument_problem(argument: Argument, name: str) -> str | None:
    known: tuple[str, ...] | None = {"meta": META_FIELDS, "mymdc": MYMDC_FIELDS}.get(
        argument.source
    )
    text = f"{argument.source}#{argument.path}"
    if argument.source == "missing":
        return None
    if argument.source not in SOURCES:
        return (
            f"Argument {argument.parameter!r} of variable {name!r} has the unknown source in "
            f"{text!r}: use one of {', '.join(s + '#' for s in SOURCES)}"
        )
    if argument.source == "self":
        return (
            f"Argument {argument.parameter!r} of variable {name!r}: self# works only in a Group; "
            f"write 'var#{argument.path}'"
        )
    if not argument.path:
        return f"Argument {argument.parameter!r} of variable {name!r} has no name after the '#'"
    if known is not None and argument.path not in known:
        kind = "a MyMdC" if argument.source == "mymdc" else "a meta"
        return (
            f"Argument {argument.parameter!r} of variable {name!r} has {kind} dependency that "
            f"does not exist: {argument.path!r}. There are {', '.join(known)}"
        )
    return None
