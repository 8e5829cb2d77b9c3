"""The API of context files: declare variables and groups of them, return cells, skip runs.

    from damnit_ctx import Cell, Skip, Variable

    @Variable(title="XGM/Intensity", units="uJ", summary="mean")
    def xgm(run):
        '''Pulse energy, mean of each train.'''
        return run["SA2_XTD1_XGM/XGM/DOOCS", "pulseEnergy.photonFlux"].xarray()

    @Variable(title="XGM/Weak", data="proc")
    def weak(run, energy: "var#xgm", run_number: "meta#run_number"):
        if run_number < 10:
            raise Skip("the beamline was not aligned yet")
        return Cell(bool(energy.mean() < 500), bold=True)

Names and meanings are DAMNIT's, so that a context file works with both.
This module declares and validates; it never evaluates, renders or does I/O.
It runs in the user's Python: 3.10 or later, standard library only (numpy when
a `Cell` is made). `Pipeline`, which evaluates, belongs to the runner: it is
imported on first use, from the package next to this file.
"""

from __future__ import annotations

import ast
import copy
import difflib
import enum
import functools
import inspect
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from damnit_daemon.runner.pipeline import ContextFileErrors as ContextFileErrors
    from damnit_daemon.runner.pipeline import Pipeline as Pipeline
    from damnit_daemon.runner.results import Results as Results

__all__ = [
    "Cell",
    "ContextFileErrors",
    "Group",
    "GroupError",
    "Pipeline",
    "Results",
    "RunData",
    "Skip",
    "Variable",
]

_OF_THE_RUNNER = {"ContextFileErrors": "pipeline", "Pipeline": "pipeline", "Results": "results"}


def __dir__() -> list[str]:
    return list(__all__)


def __getattr__(name: str) -> Any:
    """Import the evaluating classes from the runner, which is next to this file."""
    if name not in _OF_THE_RUNNER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = f"damnit_daemon.runner.{_OF_THE_RUNNER[name]}"
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise ImportError(
            f"{name} is in the package damnit_daemon, which is not next to {__file__}. "
            "Install damnit-tui, or put the archive .damnit/runner-*.zip of a DAMNIT folder "
            "on the search path"
        ) from error


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
    * `"param#name"`: a parameter passed to a `Pipeline`;
    * `"self#name"`: in a `Group`, another of its variables.

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
        self.tags = _as_tags(tags)
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
        """The files the function needs."""
        return RunData(self._data) if self._data is not None else RunData.RAW

    @property
    def declared_data(self) -> str | None:
        """`data` as declared; None if it was not, and may follow from dependencies."""
        return self._data

    def arguments(self) -> list[Argument]:
        """Return the sources of the parameters after the first, in order.

        Parameters whose annotation is not a `source#path` text (a type, or missing)
        are left out: they keep their defaults.
        """
        found = []
        for parameter in self._parameters():
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
        found += [
            (message, argument.parameter)
            for argument in self.arguments()
            if not argument.is_unknown and (message := _argument_problem(argument, self.name))
        ]
        return found

    def doubts(self) -> list[tuple[str, str]]:
        """Return what will fail on evaluation: messages, each with the parameter it concerns."""
        return [
            (_argument_problem(argument, self.name) or "", argument.parameter)
            for argument in self.arguments()
            if argument.is_unknown
        ]

    def _parameters(self) -> list[inspect.Parameter]:
        if self.func is None:
            return []
        return list(inspect.signature(self.func).parameters.values())

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


GROUP_FIELDS: dict[str, Any] = {"name": None, "title": None, "tags": None, "sep": "/"}
"""Fields of every group, with their defaults."""

_MARK = "_damnit_group"


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
    taken = [f for f in GROUP_FIELDS if f in vars(cls) or f in inspect.get_annotations(cls)]
    if taken:
        raise GroupError(
            f"The group {cls.__name__} defines {', '.join(taken)} itself, which every group has: "
            "pass it to the instances, or use another name"
        )
    inherited = getattr(cls, "tags", None) if hasattr(cls, _MARK) else None
    defaults = {**GROUP_FIELDS, "tags": inherited if tags is None else _as_tags(tags)}
    cls.__annotations__ = {**inspect.get_annotations(cls), **dict.fromkeys(defaults, Any)}
    for field, default in defaults.items():
        setattr(cls, field, default)
    setattr(cls, _MARK, True)
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
        self.tags = _as_tags(self.tags) or ()
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


def is_group(value: object) -> bool:
    """Return True if the value is an instance of a `Group` class."""
    return getattr(type(value), _MARK, False) is True


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

    def arguments(self) -> list[Argument]:
        """Return the same, with each `self#` resolved to a variable's name.

        Raises:
            GroupError: If a `self#` does not resolve to a variable.
        """
        return [self._resolved(argument) for argument in super().arguments()]

    def problems(self) -> list[tuple[str, str]]:
        """Return the errors of the declaration and of each `self#`."""
        try:
            return super().problems()
        except GroupError as error:
            found = [(message, "") for message in self._declaration_problems()]
            return [*found, (str(error), error.parameter)]

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


def _as_tags(tags: Any) -> Any:
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


class Cell:
    """A value with its formatting, for a variable's function to return instead of the bare value.

    Args:
        data: The value: a number, text, an array or list of numbers, an xarray
            DataArray or Dataset, a pandas Series or DataFrame, a Matplotlib Figure or
            Axes, a Plotly figure. None: the cell has only a preview or summary; with
            neither, it is cleared.
        summary: Name of the numpy function that reduces `data` to the table's value.
        summary_value: The table's value itself, a number, text or array; overrides `summary`.
        bold: If True, the table shows it in bold. Default: if `data` varies within the run.
        background: Colour of the cell: `"#rrggbb"` or three numbers from 0 to 255. Digits
            after the first six (transparency) are not stored.
        preview: Shown instead of `data` when the cell is opened: a 1-D or 2-D
            array or DataArray, or a figure.
        units: Shown with the value; default: the `units` attribute of a DataArray, or the
            value's own units (a Quantity of pint or astropy).

    Raises:
        TypeError: If `data`, `summary_value` or `preview` is of a type that cannot be stored.
        ValueError: If `background` is not a colour.
    """

    def __init__(
        self,
        data: Any,
        summary: str | None = None,
        summary_value: Any = None,
        bold: bool | None = None,
        background: Any = None,
        *,
        preview: Any = None,
        units: str | None = None,
    ) -> None:
        bare, carried = _without_units(data)
        self.data = _storable(bare)
        self.summary = summary
        bare_summary, carried_by_summary = _without_units(summary_value)
        self.summary_value = _storable_summary(bare_summary)
        self.bold = None if bold is None else bool(bold)
        self.background = _as_rgb(background)
        self.notes: list[str] = []
        if isinstance(background, str) and len(background) > len("#rrggbb"):
            self.notes.append(f"background {background} is stored as {background[:7]}")
        self.preview = _storable_preview(_without_units(preview)[0])
        if units is None and _is_a(self.data, "xarray", "DataArray"):
            attribute = self.data.attrs.get("units")
            units = attribute if isinstance(attribute, str) and attribute else None
        units = units if units is not None else carried or carried_by_summary
        if units is not None and not isinstance(units, str):
            raise TypeError(f"units should be a string, not {type(units).__name__}")
        self.units = units

    def __repr__(self) -> str:
        return f"<Cell {type(self.data).__name__}>"

    @property
    def is_empty(self) -> bool:
        """True if it has no data, no preview and no `summary_value`.

        Returning such a cell is the same as returning None: the cell is cleared.
        """
        return self.data is None and self.preview is None and self.summary_value is None


def _is_a(value: Any, module: str, *names: str) -> bool:
    """Check for a class without importing its module: no import, no instances."""
    loaded = sys.modules.get(module)
    classes = tuple(c for c in (getattr(loaded, n, None) for n in names) if isinstance(c, type))
    return isinstance(value, classes) if classes else False


def _as_figure(value: Any) -> Any:
    """Return a Matplotlib or Plotly figure (from its Axes, too), else None."""
    if _is_a(value, "matplotlib.axes", "Axes"):
        value = value.get_figure()
    if _is_a(value, "matplotlib.figure", "Figure") or _is_a(
        value, "plotly.basedatatypes", "BaseFigure"
    ):
        return value
    return None


def _without_units(value: Any) -> tuple[Any, str | None]:
    """Separate a number or array from its units."""
    if _is_a(value, "pint", "Quantity"):
        return value.magnitude, f"{value.units:~}" or None
    if _is_a(value, "astropy.units", "Quantity"):
        return value.value, str(value.unit) or None
    return value, None


def _storable(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if (figure := _as_figure(value)) is not None:
        return figure
    if _is_a(value, "xarray", "DataArray", "Dataset") or _is_a(
        value, "pandas", "Series", "DataFrame"
    ):
        return value
    return _as_array(value, "Returned data type")


def _as_array(value: Any, what: str) -> Any:
    """Convert to an array, as DAMNIT does; reject what HDF5 cannot hold."""
    import numpy as np

    if isinstance(value, np.ma.MaskedArray):
        value = _unmasked(value)
    array = value if isinstance(value, bytes) else np.asarray(value)
    if isinstance(array, bytes):
        return np.bytes_(array)
    if array.dtype.hasobject:
        raise TypeError(f"{what} {type(value)} cannot be saved")
    if array.dtype.kind in "UMm" or (array.dtype.kind == "V" and array.dtype.names is None):
        raise TypeError(
            f"{what} {type(value)} whose native array type {array.dtype.str} cannot be saved"
        )
    return array


def _unmasked(value: Any) -> Any:
    """Replace masked elements by NaN, so that the mask is not lost silently."""
    import numpy as np

    if not np.ma.is_masked(value):
        return value.data
    kind = value.dtype.kind
    wide = value.dtype if kind in "fc" else np.result_type(value.dtype, np.float64)
    return value.astype(wide).filled(np.nan)


def _storable_summary(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    try:
        return _as_array(value, "Summary type")
    except TypeError as error:
        raise TypeError(f"summary_value should be number or string, not {type(value)}") from error


def _storable_preview(value: Any) -> Any:
    if value is None or (figure := _as_figure(value)) is not None:
        return None if value is None else figure
    if not _is_a(value, "xarray", "DataArray"):
        if isinstance(value, str) or _is_a(value, "xarray", "Dataset"):
            raise TypeError(f"preview should be an array or a figure, not {type(value)}")
        value = _as_array(value, "preview of type")
    if value.ndim not in (1, 2) or value.dtype.kind not in "biufc":
        raise TypeError(
            "preview should be a 1-D or 2-D array of numbers or a figure, "
            f"not {value.dtype} with {value.ndim} dimensions"
        )
    return value


def _as_rgb(colour: Any) -> tuple[int, int, int] | None:
    if colour is None:
        return None
    if isinstance(colour, str):
        if not re.fullmatch(r"#([0-9a-fA-F]{2}){3,}", colour):
            raise ValueError(f"background should be '#rrggbb' or three numbers, not {colour!r}")
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    parts = [int(part) for part in colour]
    if len(parts) != 3 or not all(0 <= part <= 255 for part in parts):
        raise ValueError(f"background should be three numbers from 0 to 255, not {colour!r}")
    return parts[0], parts[1], parts[2]
