"""Load the inputs of a plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import Ledger, load_timings
from damnit_daemon.model import RunKey
from damnit_daemon.model.staleness import changed_since
from damnit_daemon.store import (
    Database,
    StoredParameter,
    load_columns,
    load_parameters,
    load_values,
)

from ..table.cells import is_problem
from .plan import PlanInputs

if TYPE_CHECKING:
    from ..data.dry_run import DryRun


def load_changed(
    trial: DryRun, text: str, database: Database, facts: PlanInputs, keys: Collection[RunKey]
) -> PlanInputs:
    """Find variables that a context file computes differently than stored; takes seconds."""
    try:
        loaded = trial.check(text)
        errors = [problem for problem in loaded.problems if problem.severity == "error"]
        if errors:
            return replace(facts, problem=str(errors[0]))
        with database.reading() as con:
            return replace(facts, changed=changed_since(load_values(con, keys=keys), loaded, keys))
    except DamnitError as error:
        return replace(facts, problem=error.message)


def load_facts(database: Database, ledger: Ledger, keys: Collection[RunKey]) -> PlanInputs:
    """Load the inputs; unreadable ones are left out, as a plan works without them."""
    failed: dict[RunKey, set[str]] = {}
    known: frozenset[str] = frozenset()
    parameters: tuple[StoredParameter, ...] = ()
    try:
        with database.reading() as con:
            parameters = tuple(load_parameters(con))
            known = frozenset(column.name for column in load_columns(con))
            for value in load_values(con, keys=keys):
                if is_problem(value):
                    failed.setdefault(value.key, set()).add(value.name)
    except DamnitError:
        pass
    timings: dict[str, float] = {}
    try:
        with ledger.reading() as con:
            timings = {timing.name: timing.median_s for timing in load_timings(con)}
    except DamnitError:
        pass
    return PlanInputs(failed, timings, known, parameters=parameters)
