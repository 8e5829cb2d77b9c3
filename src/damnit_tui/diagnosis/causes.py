"""Trace an empty cell back to its root cause. Pure: facts in, causes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from damnit_daemon.ledger import JobState
from damnit_daemon.model import Column, StoredValue

from ..data.daemon_activity import RunJob
from ..data.run_history import Absence, absence_of, arrived
from ..fixed_columns import TIME
from ..table.cells import parse_attributes
from ..table.derivation import MISSING
from ..table.describe import describe, error_of, has_no_value
from .dependency_errors import RETURNED_NONE, FailedDependency, blamed, is_about_others
from .model import Cause, CauseKind, DiagnosisFacts

DEEPEST = 20
"""Maximum depth of dependencies: a message may be forged."""
KILLERS = frozenset({"ProcessDied"})
MEMORY_ERRORS = frozenset({"MemoryError", "_ArrayMemoryError"})
"""Python's, and NumPy's."""
_ABSENCES = {
    Absence.NEVER_ARRIVED: CauseKind.NEVER_ARRIVED,
    Absence.IGNORED: CauseKind.IGNORED,
    Absence.UNDECIDED: CauseKind.UNDECIDED,
    Absence.JOB_FAILED: CauseKind.JOB_FAILED,
    Absence.JOB_CANCELLED: CauseKind.JOB_CANCELLED,
    Absence.NOT_STORED: CauseKind.NOT_STORED,
    Absence.NOT_DECLARED: CauseKind.NOT_DECLARED,
    Absence.NEEDS_PROC: CauseKind.NEEDS_PROC,
    Absence.CAME_LATER: CauseKind.CAME_LATER,
    Absence.UNKNOWN: CauseKind.UNKNOWN,
}


def explain(facts: DiagnosisFacts, now: float) -> tuple[Cause, ...]:
    """Find the chain of causes.

    Args:
        facts: The collected facts.
        now: Unix seconds.

    Returns:
        The root first, the cell itself last; at least one.
    """
    name = facts.column.name
    value = facts.values.get(name)
    if facts.column.expression and (value is None or value.value is None):
        return tuple(_underived(facts, value, now))
    if value is None:
        return tuple(_absent(facts, now))
    if value.value is not None:
        text = describe(facts.key, facts.column, value, complete=True).text
        return (Cause(CauseKind.HAS_VALUE, name, f"It is not empty: {text}", _line(facts, name)),)
    return tuple(_failed(facts, name, value, frozenset()))


# The cell is derived from others


def _underived(facts: DiagnosisFacts, value: StoredValue | None, now: float) -> list[Cause]:
    name = facts.column.name
    attributes = parse_attributes(value.attributes_json) if value is not None else {}
    if (error := error_of(attributes)) is not None:
        return [Cause(CauseKind.UNDERIVED, name, _sentence(error[1]))]
    missing = attributes.get(MISSING)
    if not missing:
        return [Cause(CauseKind.UNKNOWN, name, "The values of the run are still being loaded.")]
    found: list[Cause] = []
    for each, known in missing.items():
        if "failure" in known:
            found.append(Cause(CauseKind.UNDERIVED, each, _sentence(known["failure"])))
        else:
            column = Column(each, each, type=known["type"])
            found += explain(replace(facts, column=column), now)
    text = f"It is derived from other columns: {has_no_value(attributes)}."
    return [*_once(found), Cause(CauseKind.DEPENDENCY, name, text)]


# The cell has a row with the reason


def _failed(
    facts: DiagnosisFacts, name: str, value: StoredValue, seen: Collection[str]
) -> list[Cause]:
    error = error_of(parse_attributes(value.attributes_json))
    line = _line(facts, name)
    if error is None and (facts.column.type is not None or name == "comment"):
        return [Cause(CauseKind.BY_HAND, name, "The value entered here was deleted.")]
    if error is None:
        text = "The function returned None or NaN, or the value was cleared."
        return [Cause(CauseKind.RETURNED_NONE, name, text, line)]
    kind, message = error[0], error[1].strip()
    if not is_about_others(message):
        return [_own(name, kind, message, line)]
    below = blamed(message)
    found: list[Cause] = []
    for each in below:
        if each.depth == 0 and len(seen) < DEEPEST:
            found += _below(facts, each, below, {*seen, name})
    direct = ", ".join(dict.fromkeys(each.name for each in below if each.depth == 0))
    text = f"It depends on {direct}, which had no value." if direct else message
    return [*_once(found), Cause(CauseKind.DEPENDENCY, name, text, line)]


def _below(
    facts: DiagnosisFacts,
    one: FailedDependency,
    tree: Collection[FailedDependency],
    seen: Collection[str],
) -> list[Cause]:
    """Causes of a dependency without a value, from its own row or from the message."""
    value = facts.values.get(one.name)
    if one.name not in seen and value is not None and value.value is None:
        return _failed(facts, one.name, value, seen)
    line = _line(facts, one.name)
    if one.kind:
        return [_own(one.name, one.kind, one.message, line, then=value is not None)]
    # A transient variable has no row; its dependencies in the message have.
    nodes = list(tree)
    at = next((i for i, each in enumerate(nodes) if each is one), len(nodes))
    found: list[Cause] = []
    for each in nodes[at + 1 :]:
        if each.depth <= one.depth:
            break
        if each.depth == one.depth + 1 and len(seen) < DEEPEST:
            found += _below(facts, each, tree, {*seen, one.name})
    return [
        *found, Cause(CauseKind.DEPENDENCY, one.name, "One of its dependencies had no value.", line)
    ]  # fmt: skip


def _own(name: str, kind: str, message: str, line: int, *, then: bool = False) -> Cause:
    late = " (It has a value now.)" if then else ""
    if kind == "Skip" and message == RETURNED_NONE:
        return Cause(CauseKind.RETURNED_NONE, name, f"{message}.{late}", line)
    if kind == "Skip":
        return Cause(CauseKind.SKIPPED, name, message + late, line)
    if kind == "SourceNameError":
        return Cause(CauseKind.NO_SOURCE, name, message + late, line)
    if kind in KILLERS:
        return Cause(CauseKind.KILLED, name, message + late, line)
    if kind in MEMORY_ERRORS:
        message = message or "It ran out of memory."
        return Cause(CauseKind.OUT_OF_MEMORY, name, message + late, line)
    return Cause(CauseKind.RAISED, name, (f"{kind}: {message}" if message else kind) + late, line)


def _once(causes: list[Cause]) -> list[Cause]:
    return list(dict.fromkeys(causes))


# The cell has no row


def _absent(facts: DiagnosisFacts, now: float) -> list[Cause]:
    name, context = facts.column.name, facts.context
    if facts.column.type is not None or name == "comment":
        return [Cause(CauseKind.BY_HAND, name, "No value has been entered.")]
    jobs = [job for job in facts.work.runs.get(facts.key, ()) if job.may_compute(name)]
    # The start time is not a variable of the context file: it comes from the run's files.
    is_own = name == TIME.name
    is_gone = not is_own and context.lacks(name)
    if jobs and not is_gone:
        return _at_work(facts, jobs[0], now)
    if (growing := facts.work.growing_sentence(facts.key, now)) and not is_gone:
        return [Cause(CauseKind.GROWING, name, _sentence(growing), _line(facts, name))]
    if is_gone:
        text = f"The context file does not define {name} (any more)."
        return [Cause(CauseKind.NOT_DECLARED, name, text)]
    declared = context.find(name)
    if declared is not None and declared.transient:
        text = "It is transient: other variables can use it, but it is never stored."
        return [Cause(CauseKind.TRANSIENT, name, text, declared.line)]
    if facts.history is None:
        return _without_ledger(facts)
    if is_own and any(job.state is JobState.DONE for job in facts.history.jobs):
        text = "The run was processed, but none of its files contains a start time."
        return [Cause(CauseKind.NO_SOURCE, name, text)]
    return _idle(facts)


def _at_work(facts: DiagnosisFacts, job: RunJob, now: float) -> list[Cause]:
    name, work = facts.column.name, facts.work
    line = _line(facts, name)
    if job.is_submitted:
        return [Cause(CauseKind.SUBMITTED, name, _sentence(job.sentence(name, now)), line)]
    if job.is_running and work.goes_on(job):
        return [Cause(CauseKind.RUNNING, name, _sentence(job.sentence(name, now)), line)]
    if job.is_running:
        stopped = Cause(CauseKind.STOPPED, name, _sentence(job.stopped_sentence(name)), line)
        return [*_no_daemon(facts), stopped]
    queued = Cause(CauseKind.QUEUED, name, _sentence(job.sentence(name, now)), line)
    if broken := _broken(facts, job.reason):
        return [broken, queued]
    return [*_no_daemon(facts), queued]


def _idle(facts: DiagnosisFacts) -> list[Cause]:
    """Causes if no job is active, and the ledger has records of the run."""
    name, history = facts.column.name, facts.history
    assert history is not None
    line = _line(facts, name)
    absence, reason = absence_of(history, name)
    declared = facts.context.find(name)
    if absence in (Absence.CAME_LATER, Absence.UNKNOWN, Absence.NOT_DECLARED, Absence.NOT_STORED):
        if facts.context.needs_proc(name) and not _had_proc(facts):
            return [_needs_proc(name, line)]
        if declared is not None and declared.cluster and absence is not Absence.NOT_STORED:
            text = "It is computed only in Slurm (cluster=True), and no Slurm job has finished."
            return [Cause(CauseKind.FOR_CLUSTER, name, text, line)]
    if absence is Absence.NOT_DECLARED and declared is not None:
        absence = Absence.CAME_LATER
    if absence is Absence.NEEDS_PROC:
        return [_needs_proc(name, line)]
    if absence is Absence.UNKNOWN:
        if broken := _broken(facts):
            return [broken]
        text = "No value was ever stored for this run, and no reason was recorded."
        return [Cause(CauseKind.UNKNOWN, name, text, line)]
    text = f"{absence.value}: {reason}" if reason else absence.value
    found = Cause(_ABSENCES[absence], name, _sentence(text), line)
    if absence in (Absence.NEVER_ARRIVED, Absence.UNDECIDED):
        return [*_no_daemon(facts), found]
    return [found]


def _without_ledger(facts: DiagnosisFacts) -> list[Cause]:
    name, line = facts.column.name, _line(facts, facts.column.name)
    if facts.ledger_problem:
        text = f"Cannot read the daemon's records: {facts.ledger_problem}"
        return [Cause(CauseKind.UNKNOWN, name, text, line)]
    if broken := _broken(facts):
        return [broken]
    if facts.values and facts.context.find(name) is not None:
        if facts.context.needs_proc(name):
            return [_needs_proc(name, line)]
        text = "The run was processed without it; it was probably added to the context file later."
        return [Cause(CauseKind.CAME_LATER, name, text, line)]
    return [Cause(CauseKind.NO_DAEMON, "", "No daemon has ever run in this folder.")]


def _no_daemon(facts: DiagnosisFacts) -> list[Cause]:
    work = facts.work
    if not work.is_abandoned and work.daemon is not None:
        return []
    if work.daemon is None:
        return [Cause(CauseKind.NO_DAEMON, "", "No daemon is running in this folder.")]
    return [Cause(CauseKind.NO_DAEMON, "", f"The daemon on {work.daemon.host} is not responding.")]


def _broken(facts: DiagnosisFacts, reason: str = "") -> Cause | None:
    """The context file as the cause, if it does not load."""
    context = facts.context
    if context.problem:
        text = f"The context file does not load: {context.problem}"
        return Cause(CauseKind.CONTEXT_BROKEN, "", text, context.problem_line)
    if "context file" in reason.lower():
        return Cause(CauseKind.CONTEXT_BROKEN, "", reason)
    return None


def _needs_proc(name: str, line: int) -> Cause:
    text = "It needs corrected data (proc), and calibration of this run has not finished."
    return Cause(CauseKind.NEEDS_PROC, name, text, line)


def _had_proc(facts: DiagnosisFacts) -> bool:
    history = facts.history
    if history is None:
        return False
    return "proc" in arrived(history) or any(job.data == "proc" for job in history.jobs)


def _line(facts: DiagnosisFacts, name: str) -> int:
    found = facts.context.find(name)
    return found.line if found is not None else 0


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
