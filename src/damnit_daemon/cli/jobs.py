"""`damnit-daemon jobs`: list running, queued and finished jobs."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..text import format_duration
from .daemon_request import NO_DAEMON, START_HINT
from .folder import FolderOption, chosen_folder
from .text_table import format_table

if TYPE_CHECKING:
    from ..ledger import Connection, Job, VariableProgress
    from ..paths import DamnitFolder

HEADER = ("job", "run", "data", "state", "variables", "time", "host", "reason")
DEFAULT_LIMIT = 15


def jobs(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    show_all: Annotated[bool, typer.Option("--all", help="All jobs in the ledger.")] = False,
    limit: Annotated[
        int,
        typer.Option(
            "-n",
            "--limit",
            min=0,
            max=1_000_000,
            metavar="N",
            help="Show at most N waiting and N finished jobs.",
        ),
    ] = DEFAULT_LIMIT,
    folder: FolderOption = None,
) -> None:
    """List running, waiting and finished jobs."""
    damnit = chosen_folder(context, folder)
    found, running, left_out = load_shown(damnit, None if show_all else limit)
    now = time.time()
    if as_json:
        facts = [job_facts(job, now, running.get(job.id, ())) for job in found]
        typer.echo(json.dumps(facts, indent=1))
        return
    if not found and not left_out:
        typer.echo(
            "no jobs yet" if _has_daemon(damnit) else f"no jobs yet. {NO_DAEMON} {START_HINT}"
        )
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in format_jobs(found, now, running) if found else ():
        typer.echo(line if width is None or len(line) <= width else f"{line[: width - 1]}…")
    if left_out:
        typer.echo(f"and {left_out} more (--all)")
    if waiting := count_waiting(damnit):
        typer.echo(f"requests waiting for a daemon: {waiting}")


def load_shown(
    folder: DamnitFolder, limit: int | None
) -> tuple[list[Job], dict[int, list[VariableProgress]], int]:
    """Load the jobs to show, what the running ones are evaluating, and count the rest.

    Running jobs come first, then queued ones in their order, then finished ones, the latest
    first; at most `limit` queued and `limit` finished ones.

    Raises:
        DamnitError: If there is no DAMNIT folder, or its ledger cannot be read.
    """
    from ..ledger import (
        ACTIVE,
        JobState,
        Ledger,
        count_jobs,
        load_jobs,
        next_queued,
        running_daemon,
    )
    from ..store import DatabaseMissing

    ledger = Ledger(folder.ledger)
    if not ledger.exists():
        if not folder.database.exists():
            raise DatabaseMissing(folder.database)
        return [], {}, 0
    works = running_daemon(ledger) is not None
    over = [state for state in JobState if state.is_over]
    with ledger.reading() as con:
        counts = count_jobs(con)
        found = load_jobs(con, states=ACTIVE)
        running = load_all_running(con, found, works=works)
        found += next_queued(con, limit=counts[JobState.QUEUED] if limit is None else limit)
        found += load_jobs(con, states=over, limit=limit)
    return found, running, max(0, sum(counts.values()) - len(found))


def _has_daemon(folder: DamnitFolder) -> bool:
    from ..ledger import Ledger, running_daemon

    ledger = Ledger(folder.ledger)
    return ledger.exists() and running_daemon(ledger) is not None


def count_waiting(folder: DamnitFolder) -> int:
    """Count the recent requests that no daemon has picked up yet."""
    from ..ledger import Ledger, RequestState, load_requests

    ledger = Ledger(folder.ledger)
    if not ledger.exists():
        return 0
    with ledger.reading() as con:
        return sum(request.state is RequestState.WAITING for request in load_requests(con))


def job_facts(job: Job, now: float, running: Iterable[VariableProgress] = ()) -> dict[str, Any]:
    """Return a job as plain data for programs; docs/commands.md describes the format."""
    return {
        "id": job.id,
        "proposal": job.run_key.proposal,
        "run": job.run_key.run,
        "data": job.data,
        "variables": None if job.variables is None else list(job.variables),
        "match": list(job.match),
        "state": job.state.value,
        "reason": job.reason,
        "origin": job.origin.value,
        "user": job.user,
        "priority": job.priority,
        "attempt": job.attempt,
        "executor": None if job.executor is None else job.executor.value,
        "host": job.host or None,
        "pid": job.pid,
        "slurm_id": job.slurm_id or None,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "duration_s": job.duration_s(now),
        "variables_total": job.variables_total,
        "variables_done": job.variables_done,
        "variables_failed": job.variables_failed,
        "merged_into": job.merged_into,
        "running": [running_facts(each) for each in running],
    }


def load_all_running(
    con: Connection, active: Iterable[Job], *, works: bool
) -> dict[int, list[VariableProgress]]:
    """Load the variables being evaluated, by job; of a lost daemon only those in Slurm.

    Args:
        con: Open connection to the ledger.
        active: Jobs that an executor has.
        works: Whether a daemon is running.
    """
    from ..ledger import Executor, load_running

    return {
        job.id: load_running(con, job) for job in active if works or job.executor is Executor.SLURM
    }


def running_facts(running: VariableProgress) -> dict[str, Any]:
    """Return a variable that is being evaluated as plain data."""
    return {
        "name": running.name,
        "started_at": running.started_at,
        "progress": None if running.advance is None else asdict(running.advance),
    }


def format_jobs(
    found: list[Job], now: float, running: Mapping[int, Iterable[VariableProgress]]
) -> list[str]:
    """Format jobs as a table."""
    rows = [HEADER, *(_row(job, now, running.get(job.id, ())) for job in found)]
    return format_table(rows, right=[0])


def _row(job: Job, now: float, running: Iterable[VariableProgress]) -> tuple[str, ...]:
    duration_s = job.duration_s(now)
    if job.state == "queued" or duration_s is None:
        age_s = max(0.0, now - job.created_at)
        took = f"{format_duration(age_s)} old"
    else:
        took = format_duration(duration_s)
    counts = ""
    if job.variables_total:
        counts = f"{job.variables_done}/{job.variables_total}"
    if job.variables_failed:
        counts += f" ({job.variables_failed} failed)"
    run = f"p{job.run_key.proposal}, r{job.run_key.run}"
    host = " ".join(filter(None, [job.host, job.slurm_id and f"Slurm {job.slurm_id}"]))
    reason = job.reason or ", ".join(each.sentence(now) for each in running)
    return str(job.id), run, job.data, job.state.value, counts, took, host, reason
