"""Dependencies between the variables of a context file. Pure: names in, names out."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter

from .variable import Argument, RunData, Variable


class UnknownVariable(Exception):  # noqa: N818 - it names what is missing
    """A requested variable is not in the context file."""


class Graph:
    """Dependencies, order, and derived properties (`data`, `cluster`).

    Attributes:
        direct: Direct dependencies of each variable, patterns resolved.
        order: All names, dependencies first; otherwise in order of definition. Cycles, which
            are problems, are left out of account.
        data: Files each one needs: proc if any of its dependencies does.
        cluster: True for each one that needs the cluster, itself or by a dependency.
        problems: (variable, parameter, message, severity).
    """

    def __init__(self, variables: Mapping[str, Variable]) -> None:
        self._variables = dict(variables)
        self.problems: list[tuple[str, str, str, str]] = []
        self.direct = {name: self._direct(variable) for name, variable in variables.items()}
        self.order = self._order()
        self.data: dict[str, RunData] = {}
        self.cluster: dict[str, bool] = {}
        for name in self.order:
            self._promote(name)

    def matching(self, argument: Argument, name: str) -> list[str]:
        """Return the variables requested by an argument of the variable `name`.

        A pattern never matches the variable it belongs to.
        """
        if not argument.is_pattern:
            return [argument.path] if argument.path in self._variables else []
        return [n for n in self._variables if n != name and fnmatchcase(n, argument.path)]

    def closure(self, names: Iterable[str]) -> set[str]:
        """Return the names and all their dependencies."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.direct[name]
        return found

    def parameters(self, name: str) -> set[str]:
        """Return the parameters that a variable depends on, also by other variables."""
        return {
            argument.path
            for other in self.closure([name])
            for argument in self._variables[other].arguments()
            if argument.source == "param"
        }

    def select(
        self,
        *,
        data: RunData = RunData.ALL,
        names: Collection[str] | None = None,
        match: Collection[str] = (),
        cluster: bool | None = None,
    ) -> list[str]:
        """Return the variables to evaluate for a request, with dependencies, in order.

        Args:
            data: Only variables that need these files; all for `RunData.ALL`.
            names: Exact names; overrides `match`.
            match: Case-insensitive parts of titles.
            cluster: Only those that do, or do not, need the cluster.

        Raises:
            UnknownVariable: If a name does not exist; the message has the closest ones.
        """
        if names is not None:
            for name in names:
                if name not in self._variables:
                    raise UnknownVariable(
                        f"There is no variable {name!r} in the context file."
                        + nearest_names(name, self._variables)
                    )
        selected = []
        for name in self.order:
            title = str(self._variables[name].title).lower()
            chosen = (
                name in names
                if names is not None
                else not match or any(part.lower() in title for part in match)
            )
            if (
                chosen
                and data in (RunData.ALL, self.data[name])
                and cluster in (None, self.cluster[name])
            ):
                selected.append(name)
        needed = self.closure(selected)
        return [name for name in self.order if name in needed]

    def _direct(self, variable: Variable) -> list[str]:
        found: dict[str, None] = {}  # an ordered set
        for argument in variable.arguments():
            if argument.source != "var":
                continue
            names = self.matching(argument, variable.name)
            if not names:
                self._complain_of_missing(variable, argument)
            found.update(dict.fromkeys(names))
        return list(found)

    def _complain_of_missing(self, variable: Variable, argument: Argument) -> None:
        message = f"Missing dependency: {argument.path!r} for {variable.name!r}."
        if not argument.required:
            message += " Its default will be used."
        message += nearest_names(argument.path, self._variables)
        severity = "error" if argument.required else "warning"
        self.problems.append((variable.name, argument.parameter, message, severity))

    def _order(self) -> list[str]:
        needed = {name: list(names) for name, names in self.direct.items()}
        while True:
            sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(needed, ()))
            for name, names in needed.items():
                sorter.add(name, *names)
            try:
                return list(sorter.static_order())
            except CycleError as error:
                cycle: list[str] = list(reversed(error.args[1]))
            message = (
                "These Variables have cyclical dependencies, which is not allowed: "
                + " needs ".join(cycle)
            )
            self.problems.append((cycle[0], "", message, "error"))
            for name, names in needed.items():  # look for further ones without these
                needed[name] = [] if name in cycle else [n for n in names if n not in cycle]

    def _promote(self, name: str) -> None:
        variable = self._variables[name]
        below = [other for other in self.direct[name] if other in self.data]  # all but in cycles
        proc = sorted(n for n in below if self.data[n] is RunData.PROC)
        self.data[name] = RunData.PROC if proc else variable.data
        self.cluster[name] = variable.cluster or any(self.cluster[n] for n in below)
        if proc and variable.declared_data == "raw":
            message = (
                f"Variable {name} is triggered by migration of raw data (data='raw'), but depends "
                f"on these Variables that require proc data: {', '.join(proc)}. "
                "Remove data='raw', or the dependency"
            )
            self.problems.append((name, "", message, "error"))


def nearest_names(name: str, names: Iterable[str]) -> str:
    """Return a question with the most similar names; empty if there are none."""
    near = difflib.get_close_matches(name, list(names), n=3)
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
