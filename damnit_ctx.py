"""What a context file imports: declare variables, return cells, skip runs.

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

The names and meanings are DAMNIT's, so that a context file works with both.
This module declares and validates; it never evaluates, renders or does I/O.
It runs in the user's Python: 3.10 or later, standard library only (numpy when
a `Cell` is made).
"""

from __future__ import annotations

import ast
import enum
import inspect
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, overload

__all__ = ["Cell", "RunData", "Skip", "Variable"]


def __dir__() -> list[str]:
    return list(__all__)


class RunData(enum.Enum):
    """Which of a run's files: as written by the DAQ, corrected, or both."""

    RAW = "raw"
    PROC = "proc"
    ALL = "all"


class Skip(Exception):  # noqa: N818 - DAMNIT's name, and it is no error
    """Raise this in a variable's function when it makes no sense for this run.

    The cell stays empty and shows the reason; variables that depend on it are
    skipped too.
    """


@dataclass(frozen=True)
class Argument:
    """Where a parameter of a variable's function gets its value from."""

    parameter: str
    source: str
    """`var`, `meta`, `mymdc`, `param` or `self`: what stands before the `#`."""
    path: str
    """What stands after the `#`: a name, or for `var` a pattern."""
    required: bool
    """Whether the parameter has no default."""

    @property
    def is_pattern(self) -> bool:
        """Whether it asks for several variables at once, as a dict."""
        return self.source == "var" and any(c in self.path for c in "*?[")


SOURCES = ("var", "meta", "mymdc", "param", "self")
SPELLINGS = {"input": "param"}  # DAMNIT's name for it up to 0.3.0
META_FIELDS = ("run_number", "proposal", "proposal_path")
MYMDC_FIELDS = ("run_type", "sample_name", "techniques")


class Variable:
    """A column of the run table: a function that reduces a run to a value.

    Use it as a decorator, with or without parentheses. The function gets the
    open run (an `extra_data.DataCollection`) as its first argument; each other
    parameter says by its annotation where its value comes from:

    * `"var#name"`: the value of another variable; `"var#xgm_*"`: a dict of all that match;
    * `"meta#run_number"`, `"meta#proposal"`, `"meta#proposal_path"`;
    * `"mymdc#run_type"`, `"mymdc#sample_name"`, `"mymdc#techniques"`, from the metadata catalogue.

    A parameter with a default gets it when the value is missing.

    Args:
        title: Title of the column; `/` makes header levels. Default: the function's name.
        description: Shown with the column. Default: the function's docstring.
        summary: Name of the numpy function that makes the table's number from an array.
        data: `"raw"` (default) or `"proc"`: which files the function needs.
        cluster: Whether it needs a node of the cluster to itself.
        tags: A word, or several, to find columns by.
        transient: Only for other variables: not stored, not shown.
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
        """Decorate the function; once decorated, call it."""
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

    def __repr__(self) -> str:
        return f"<Variable {self.name or '(no function yet)'}>"

    @property
    def title(self) -> str:
        """Title of the column."""
        return self._title if self._title is not None else self.name

    @property
    def data(self) -> RunData:
        """Which files the function needs."""
        return RunData(self._data) if self._data is not None else RunData.RAW

    @property
    def declared_data(self) -> str | None:
        """`data` as it was given; None if it was not, and may follow from dependencies."""
        return self._data

    def arguments(self) -> list[Argument]:
        """Where the parameters after the first get their values, in order.

        Parameters whose annotation is no `source#path` text (a type, or nothing)
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
        """What is wrong with the declaration: messages, each with the parameter it is about.

        The parameter is empty where the message is about the variable itself.
        """
        if self.func is None:
            return [("@Variable(...) is not used as the decorator of a function", "")]
        found = [(message, "") for message in self._declaration_problems()]
        found += [
            (message, argument.parameter)
            for argument in self.arguments()
            if (message := _argument_problem(argument, self.name))
        ]
        return found

    def _parameters(self) -> list[inspect.Parameter]:
        if self.func is None:
            return []
        return list(inspect.signature(self.func).parameters.values())

    def _declaration_problems(self) -> Iterable[str]:
        name = self.name
        if not all(part.isidentifier() for part in name.split(".")):
            yield f"The variable name {name!r} is not a valid Python identifier or dotted name"
        if name in RESERVED_NAMES:
            yield f"The variable name {name!r} is taken: {RESERVED_NAMES[name]}. Use another name"
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


RESERVED_NAMES = {
    "start_time": "it is the time the run began",
    "comment": "it is the comment that people type",
}


def _as_tags(tags: Any) -> Any:
    """Make a tuple of what was given; something else is kept for the complaint."""
    if tags is None:
        return None
    if isinstance(tags, str):
        return (tags,) if tags else tags
    return tuple(tags) if isinstance(tags, Iterable) else tags


def _annotation_text(annotation: Any) -> str | None:
    """The text of a string annotation; of the quoted one that postponed evaluation leaves, too."""
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
    if argument.source not in SOURCES:
        return (
            f"Argument {argument.parameter!r} of variable {name!r} asks for {text!r}: "
            f"there are only {', '.join(s + '#' for s in SOURCES)}"
        )
    if argument.source == "self":
        return f"Argument {argument.parameter!r} of variable {name!r}: self# works only in a Group"
    if not argument.path:
        return f"Argument {argument.parameter!r} of variable {name!r} names nothing after the '#'"
    if known is not None and argument.path not in known:
        kind = "a MyMdC" if argument.source == "mymdc" else "a meta"
        return (
            f"Argument {argument.parameter!r} of variable {name!r} has {kind} dependency that "
            f"does not exist: {argument.path!r}. There are {', '.join(known)}"
        )
    return None


class Cell:
    """A value with its looks: what a variable's function may return instead of the bare value.

    Args:
        data: The value: a number, text, an array or list of numbers, an xarray
            DataArray or Dataset, a pandas Series or DataFrame, a Matplotlib Figure or
            Axes, a Plotly figure, or None.
        summary: Name of the numpy function that makes the table's value from `data`.
        summary_value: The table's value itself, a number, text or array; wins over `summary`.
        bold: Whether the table shows it in bold. Default: if `data` varies within the run.
        background: Colour of the cell: `"#rrggbb"` or three numbers from 0 to 255.
        preview: What opens on a closer look, in place of `data`: a 1-D or 2-D
            array or DataArray, or a figure.
        units: Shown with the value; default: the `units` attribute of a DataArray.

    Raises:
        TypeError: If `data`, `summary_value` or `preview` is of a type that cannot be stored.
        ValueError: If `background` is no colour.
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
        self.data = _storable(data)
        self.summary = summary
        self.summary_value = _storable_summary(summary_value)
        self.bold = None if bold is None else bool(bold)
        self.background = _as_rgb(background)
        self.preview = _storable_preview(preview)
        if units is None and _is_a(self.data, "xarray", "DataArray"):
            attribute = self.data.attrs.get("units")
            units = attribute if isinstance(attribute, str) and attribute else None
        if units is not None and not isinstance(units, str):
            raise TypeError(f"units should be a string, not {type(units).__name__}")
        self.units = units

    def __repr__(self) -> str:
        return f"<Cell {type(self.data).__name__}>"


def _is_a(value: Any, module: str, *names: str) -> bool:
    """Check for a class without importing its module: a value of it cannot exist otherwise."""
    loaded = sys.modules.get(module)
    classes = tuple(c for c in (getattr(loaded, n, None) for n in names) if isinstance(c, type))
    return isinstance(value, classes) if classes else False


def _as_figure(value: Any) -> Any:
    """A Matplotlib or Plotly figure if the value is one (or the Axes of one), else None."""
    if _is_a(value, "matplotlib.axes", "Axes"):
        value = value.get_figure()
    if _is_a(value, "matplotlib.figure", "Figure") or _is_a(
        value, "plotly.basedatatypes", "BaseFigure"
    ):
        return value
    return None


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
    """Make an array of it, as DAMNIT does; complain of what HDF5 cannot hold."""
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
    """Masked elements become NaN, so that the mask is not lost without a word."""
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
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            raise ValueError(f"background should be '#rrggbb' or three numbers, not {colour!r}")
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    parts = [int(part) for part in colour]
    if len(parts) != 3 or not all(0 <= part <= 255 for part in parts):
        raise ValueError(f"background should be three numbers from 0 to 255, not {colour!r}")
    return parts[0], parts[1], parts[2]
