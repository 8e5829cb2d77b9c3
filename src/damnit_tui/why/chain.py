"""From a cell down to the root: why it has no value. Pure: facts in, causes out."""

from __future__ import annotations

from collections.abc import Collection

from damnit_daemon.ledger import JobState
from damnit_daemon.model import StoredValue

from ..processing import Absence, absence_of, arrived
from ..table.cells import parse_attributes
from ..table.describe import describe, error_of
from ..table.rows import TIME
from ..work import RunJob
from .blame import RETURNED_NONE, Blamed, blamed, is_about_others
from .facts import Cause, Facts, Kind

DEEPEST = 20
"""So far dependencies are followed: a message may have been made up."""
KILLERS = frozenset({"ProcessDied", "MemoryError"})
_ABSENCES = {
    Absence.NEVER_ARRIVED: Kind.NEVER_ARRIVED,
    Absence.IGNORED: Kind.IGNORED,
    Absence.UNDECIDED: Kind.UNDECIDED,
    Absence.JOB_FAILED: Kind.JOB_FAILED,
    Absence.JOB_CANCELLED: Kind.JOB_CANCELLED,
    Absence.NOT_STORED: Kind.NOT_STORED,
    Absence.NOT_DECLARED: Kind.NOT_DECLARED,
    Absence.NEEDS_PROC: Kind.NEEDS_PROC,
    Absence.CAME_LATER: Kind.CAME_LATER,
    Absence.UNKNOWN: Kind.UNKNOWN,
}


def explain(facts: Facts, now: float) -> tuple[Cause, ...]:
    """Find the chain of causes.

    Args:
        facts: What is known.
        now: Unix seconds.

    Returns:
        The root first, the cell itself last; at least one.
    """
    name = facts.column.name
    value = facts.values.get(name)
    if value is None:
        return tuple(_absent(facts, now))
    if value.value is not None:
        said = describe(facts.key, facts.column, value, complete=True).text
        return (Cause(Kind.HAS_VALUE, name, f"It is not empty: {said}", _line(facts, name)),)
    return tuple(_failed(facts, name, value, frozenset()))


# It has a row that says why


def _failed(facts: Facts, name: str, value: StoredValue, seen: Collection[str]) -> list[Cause]:
    error = error_of(parse_attributes(value.attributes_json))
    line = _line(facts, name)
    if error is None and (facts.column.type is not None or name == "comment"):
        return [Cause(Kind.BY_HAND, name, "What was typed here was deleted.")]
    if error is None:
        text = "It returned None or NaN, or somebody cleared it."
        return [Cause(Kind.RETURNED_NONE, name, text, line)]
    kind, message = error[0], error[1].strip()
    if not is_about_others(message):
        return [_own(name, kind, message, line)]
    below = blamed(message)
    found: list[Cause] = []
    for each in below:
        if each.depth == 0 and len(seen) < DEEPEST:
            found += _below(facts, each, below, {*seen, name})
    direct = ", ".join(dict.fromkeys(each.name for each in below if each.depth == 0))
    text = f"It needs {direct}, which had no value." if direct else message
    return [*_once(found), Cause(Kind.DEPENDENCY, name, text, line)]


def _below(
    facts: Facts, one: Blamed, tree: Collection[Blamed], seen: Collection[str]
) -> list[Cause]:
    """Why a variable that another one needs has none, by its own row, or by what was said."""
    value = facts.values.get(one.name)
    if one.name not in seen and value is not None and value.value is None:
        return _failed(facts, one.name, value, seen)
    line = _line(facts, one.name)
    if one.kind:
        return [_own(one.name, one.kind, one.message, line, then=value is not None)]
    # A transient variable has no row; what is below it in the message has.
    nodes = list(tree)
    at = next((i for i, each in enumerate(nodes) if each is one), len(nodes))
    found: list[Cause] = []
    for each in nodes[at + 1 :]:
        if each.depth <= one.depth:
            break
        if each.depth == one.depth + 1 and len(seen) < DEEPEST:
            found += _below(facts, each, tree, {*seen, one.name})
    return [
        *found, Cause(Kind.DEPENDENCY, one.name, "Something that it needs had no value.", line)
    ]  # fmt: skip


def _own(name: str, kind: str, message: str, line: int, *, then: bool = False) -> Cause:
    late = " (It has a value by now.)" if then else ""
    if kind == "Skip" and message == RETURNED_NONE:
        return Cause(Kind.RETURNED_NONE, name, f"{message}.{late}", line)
    if kind == "Skip":
        return Cause(Kind.SKIPPED, name, message + late, line)
    if kind == "SourceNameError":
        return Cause(Kind.NO_SOURCE, name, message + late, line)
    if kind in KILLERS:
        return Cause(Kind.KILLED, name, (message or "It needed too much memory.") + late, line)
    return Cause(Kind.RAISED, name, (f"{kind}: {message}" if message else kind) + late, line)


def _once(causes: list[Cause]) -> list[Cause]:
    return list(dict.fromkeys(causes))


# It has none


def _absent(facts: Facts, now: float) -> list[Cause]:
    name, context = facts.column.name, facts.context
    if facts.column.type is not None or name == "comment":
        return [Cause(Kind.BY_HAND, name, "Nobody has filled this in.")]
    jobs = [job for job in facts.work.runs.get(facts.key, ()) if job.may_compute(name)]
    # When a run began is no variable of the context file: it comes from the run's files.
    is_own = name == TIME.name
    is_gone = not is_own and context.lacks(name)
    if jobs and not is_gone:
        return _at_work(facts, jobs[0], now)
    if (growing := facts.work.growing_sentence(facts.key, now)) and not is_gone:
        return [Cause(Kind.GROWING, name, _sentence(growing), _line(facts, name))]
    if is_gone:
        text = f"There is no variable {name} in the context file (any more)."
        return [Cause(Kind.NOT_DECLARED, name, text)]
    declared = context.find(name)
    if declared is not None and declared.transient:
        text = "It is declared transient: it is only there for other variables, never stored."
        return [Cause(Kind.TRANSIENT, name, text, declared.line)]
    if facts.history is None:
        return _without_ledger(facts)
    if is_own and any(job.state is JobState.DONE for job in facts.history.jobs):
        text = "The run was processed, and none of its files says when it began."
        return [Cause(Kind.NO_SOURCE, name, text)]
    return _idle(facts)


def _at_work(facts: Facts, job: RunJob, now: float) -> list[Cause]:
    name, work = facts.column.name, facts.work
    line = _line(facts, name)
    if job.is_submitted:
        return [Cause(Kind.SUBMITTED, name, _sentence(job.sentence(name, now)), line)]
    if job.is_running and work.goes_on(job):
        return [Cause(Kind.RUNNING, name, _sentence(job.sentence(name, now)), line)]
    if job.is_running:
        stopped = Cause(Kind.STOPPED, name, _sentence(job.stopped_sentence(name)), line)
        return [*_no_daemon(facts), stopped]
    queued = Cause(Kind.QUEUED, name, _sentence(job.sentence(name, now)), line)
    if broken := _broken(facts, job.reason):
        return [broken, queued]
    return [*_no_daemon(facts), queued]


def _idle(facts: Facts) -> list[Cause]:
    """Nothing is at it, and the ledger has something to say of the run."""
    name, history = facts.column.name, facts.history
    assert history is not None
    line = _line(facts, name)
    absence, reason = absence_of(history, name)
    declared = facts.context.find(name)
    if absence in (Absence.CAME_LATER, Absence.UNKNOWN, Absence.NOT_DECLARED, Absence.NOT_STORED):
        if facts.context.needs_proc(name) and not _had_proc(facts):
            return [_needs_proc(name, line)]
        if declared is not None and declared.cluster and absence is not Absence.NOT_STORED:
            text = "It is computed in Slurm only (cluster=True), and no such job was done."
            return [Cause(Kind.FOR_CLUSTER, name, text, line)]
    if absence is Absence.NOT_DECLARED and declared is not None:
        absence = Absence.CAME_LATER
    if absence is Absence.NEEDS_PROC:
        return [_needs_proc(name, line)]
    if absence is Absence.UNKNOWN:
        if broken := _broken(facts):
            return [broken]
        text = "Nothing was ever stored for this run, and nobody noted why."
        return [Cause(Kind.UNKNOWN, name, text, line)]
    text = f"{absence.value}: {reason}" if reason else absence.value
    found = Cause(_ABSENCES[absence], name, _sentence(text), line)
    if absence in (Absence.NEVER_ARRIVED, Absence.UNDECIDED):
        return [*_no_daemon(facts), found]
    return [found]


def _without_ledger(facts: Facts) -> list[Cause]:
    name, line = facts.column.name, _line(facts, facts.column.name)
    if facts.ledger_problem:
        text = f"What the daemon has done cannot be read: {facts.ledger_problem}"
        return [Cause(Kind.UNKNOWN, name, text, line)]
    if broken := _broken(facts):
        return [broken]
    if facts.values and facts.context.find(name) is not None:
        if facts.context.needs_proc(name):
            return [_needs_proc(name, line)]
        text = "The run was processed without it: it came into the context file later, perhaps."
        return [Cause(Kind.CAME_LATER, name, text, line)]
    return [Cause(Kind.NO_DAEMON, "", "No daemon has ever worked in this folder.")]


def _no_daemon(facts: Facts) -> list[Cause]:
    work = facts.work
    if not work.is_abandoned and work.daemon is not None:
        return []
    if work.daemon is None:
        return [Cause(Kind.NO_DAEMON, "", "No daemon is running in this folder.")]
    return [Cause(Kind.NO_DAEMON, "", f"The daemon on {work.daemon.host} was lost.")]


def _broken(facts: Facts, reason: str = "") -> Cause | None:
    """The context file as the cause, if it does not load."""
    context = facts.context
    if context.problem:
        text = f"The context file does not load: {context.problem}"
        return Cause(Kind.CONTEXT_BROKEN, "", text, context.problem_line)
    if "context file" in reason.lower():
        return Cause(Kind.CONTEXT_BROKEN, "", reason)
    return None


def _needs_proc(name: str, line: int) -> Cause:
    text = "It needs corrected data (proc), and calibration of this run has not finished."
    return Cause(Kind.NEEDS_PROC, name, text, line)


def _had_proc(facts: Facts) -> bool:
    history = facts.history
    if history is None:
        return False
    return "proc" in arrived(history) or any(job.data == "proc" for job in history.jobs)


def _line(facts: Facts, name: str) -> int:
    found = facts.context.find(name)
    return found.line if found is not None else 0


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
