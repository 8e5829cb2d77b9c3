"""Plans in words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from damnit_daemon.ledger import Executor, JobOptions, Parameters, ReprocessRequest
from damnit_daemon.model import RunKey
from damnit_daemon.run_ranges import format_run_ranges
from damnit_daemon.store import StoredParameter
from damnit_daemon.text import format_span

from ..sanitize import visible


class VariableScope(StrEnum):
    """Which variables to reprocess."""

    ALL = "all"
    FAILED = "only failed"
    CHANGED = "only changed"
    THIS = "this one"
    NAMED = "by name"


@dataclass(frozen=True)
class PlanInputs:
    """The inputs of a plan, read from the database and the ledger."""

    failed: Mapping[RunKey, Collection[str]]
    """Variables with an error, by run; skipped ones do not count."""
    median_s: Mapping[str, float]
    """Recent median duration of each variable."""
    known: frozenset[str] = frozenset()
    """Names of variables."""
    changed: Mapping[RunKey, Collection[str]] | None = None
    """Variables the context file computes differently now, by run; None if not known yet."""
    problem: str = ""
    """Why they are not known."""
    parameters: tuple[StoredParameter, ...] = ()
    """Parameters of the context file."""


@dataclass(frozen=True)
class Plan:
    """The runs and variables to reprocess, as in a request."""

    runs: Mapping[RunKey, tuple[str, ...] | None]
    """Variables by run; None for those of `variables`."""
    variables: tuple[str, ...] | None = None
    data: str = "all"
    executor: str | None = None
    which: VariableScope = VariableScope.ALL
    parameters: Parameters = ()
    """Values of parameters, instead of those of the runs."""

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to do."""
        return not self.runs

    @property
    def names_by_run(self) -> dict[RunKey, tuple[str, ...]]:
        """The variables of runs that have some of their own."""
        return {key: names for key, names in self.runs.items() if names is not None}

    def request(self) -> ReprocessRequest:
        """Return the request that asks the daemon for it."""
        return ReprocessRequest(
            tuple((key, names and tuple(sorted(names))) for key, names in self.runs.items()),
            self.data,
            self.variables and tuple(sorted(self.variables)),
            executor=None if self.executor is None else Executor(self.executor),
            options=JobOptions(parameters=self.parameters),
        )

    def sentences(self, facts: PlanInputs) -> list[str]:
        """Describe what will happen."""
        if self.is_empty:
            return [self._why_empty(facts)]
        count = len(self.runs)
        runs = format_run_ranges(key.run for key in self.runs)
        which = f"run {runs}" if count == 1 else f"{count} jobs, one per run: {runs}"
        lines = [f"1 job: {which}" if count == 1 else which]
        names = self._names()
        if names is not None:
            lines.append(f"only {_some(names)}, and dependencies")
            strange = sorted(names - facts.known)
            if strange:
                lines.append(f"not in the table yet (new, or a typo?): {_some(strange)}")
        if self.parameters:
            values = ", ".join(f"{name}={value!r}" for name, value in self.parameters)
            lines.append(f"with {visible(values)}")
        if self.data != "all":
            lines.append(f"only variables that need {self.data} data")
        seconds = self._seconds(facts)
        if seconds:
            span = f"about {format_span(seconds)}" if seconds >= 1 else "< 1 s"
            lines.append(f"estimated compute time: {span}")
        return lines

    def _why_empty(self, facts: PlanInputs) -> str:
        if self.which is not VariableScope.CHANGED:
            return "No variable has failed in these runs."
        if facts.problem:
            return f"Cannot determine what has changed: {visible(facts.problem)}"
        if facts.changed is None:
            return "Reading the context file…"
        return "Nothing changed for these runs."

    def _names(self) -> set[str] | None:
        if by_run := self.names_by_run:
            return {name for names in by_run.values() for name in names}
        return None if self.variables is None else set(self.variables)

    def _seconds(self, facts: PlanInputs) -> float:
        total = 0.0
        for names in self.runs.values():
            named = names if names is not None else self.variables
            chosen = facts.median_s if named is None else named
            total += sum(facts.median_s.get(name, 0.0) for name in chosen)
        return total


def make_plan(
    keys: Sequence[RunKey],
    which: VariableScope,
    facts: PlanInputs,
    *,
    this: str = "",
    named: Sequence[str] = (),
    data: str = "all",
    executor: str | None = None,
    parameters: Parameters = (),
) -> Plan:
    """Create a plan from the choices.

    Args:
        keys: The runs.
        which: Which variables.
        facts: The inputs for the runs.
        this: The variable under the cursor.
        named: The typed names.
        data: `raw`, `proc` or `all`.
        executor: `local`, `slurm` or None.
        parameters: Names and values of parameters.
    """
    if which in (VariableScope.FAILED, VariableScope.CHANGED):
        by_run = facts.failed if which is VariableScope.FAILED else facts.changed or {}
        names_by_run = {key: tuple(sorted(by_run[key])) for key in keys if by_run.get(key)}
        return Plan(names_by_run, None, data, executor, which, parameters)
    variables = {VariableScope.THIS: (this,), VariableScope.NAMED: tuple(named)}.get(which)
    return Plan(dict.fromkeys(keys), variables, data, executor, which, parameters)


def _some(names: Collection[str]) -> str:
    shown = sorted(names)
    more = f" and {len(shown) - 6} more" if len(shown) > 6 else ""
    return visible(", ".join(shown[:6])) + more
