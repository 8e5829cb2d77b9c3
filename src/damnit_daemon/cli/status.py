"""`damnit-daemon status`: show the daemon's state, host and activity."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..text import count_of, format_timestamp
from .folder import FolderOption, chosen_folder
from .jobs import load_all_running, running_facts

if TYPE_CHECKING:
    from ..paths import DamnitFolder
    from ..supervise import DaemonProbe


NEXT = {
    "stopped": ". Start it: damnit-daemon start",
    "crashed": ". Its log: damnit-daemon logs",
}
"""What to do about a state, for people."""

MOST_UNREADABLE = 5
"""Runs with unreadable files shown as text; JSON has them all."""


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    folder: FolderOption = None,
) -> None:
    """Show the state of the daemon. Exit code 0 if it is running, else 1."""
    from ..model.sanitize import show_controls
    from ..supervise import DaemonState, observe

    damnit = chosen_folder(context, folder)
    now = time.time()
    seen = observe(damnit)
    found = {
        "folder": str(damnit.path),
        "now": now,
        **daemon_facts(seen, now),
        **_settings(damnit),
        **_ledger(damnit, now, works=seen.state(now) is DaemonState.WORKING),
        "copy_of": _original(damnit),
        "set_aside": [path.name for path in damnit.set_aside()],
    }
    if as_json:
        typer.echo(json.dumps(found, indent=1))
    else:
        for line in format_status(found):
            typer.echo(show_controls(line))
    if seen.state(now) is not DaemonState.WORKING:
        raise typer.Exit(1)


def daemon_facts(seen: DaemonProbe, now: float) -> dict[str, Any]:
    """Return the daemon's state as plain values for programs, without secrets."""
    lease, program, supervisord = seen.lease, seen.program, seen.supervisord
    return {
        "state": seen.state(now).value,
        "host": None if lease is None else lease.holder.host,
        "pid": None if lease is None else lease.holder.pid,
        "since": None if lease is None else lease.since,
        "beat_age_s": None if lease is None else round(lease.age_s(now), 1),
        "info": {} if lease is None else lease.info,
        "supervised": seen.is_supervised,
        "supervisord": None
        if supervisord is None
        else {
            "url": supervisord.address.url,
            "state": None if program is None else program.state,
            "description": None if program is None else program.description,
        },
        "no_answer": seen.no_answer or None,
    }


def format_status(found: dict[str, Any]) -> list[str]:
    """Format the state for people."""
    from ..model.consumer_health import parse_consumer_health
    from ..model.growing_runs import parse_growing

    state = found["state"]
    lines = [f"{found['folder']}: {state}{NEXT.get(state, '')}"]
    if found["pid"] is not None:
        who = "process {pid} on {host}".format_map(found)
        last_renewal = f"last seen {found['beat_age_s']:.0f} s ago"
        lines.append(
            f"  daemon       {who}, since {format_timestamp(found['since'])}, {last_renewal}"
        )
    supervisord = found["supervisord"]
    if supervisord is not None:
        shown = ", ".join(filter(None, (supervisord["state"], supervisord["description"])))
        lines.append(f"  supervisord  {supervisord['url']}: {shown or 'not managing a daemon'}")
    elif state != "stopped":
        lines.append(
            "  supervisord  none" + (f": {found['no_answer']}" if found["no_answer"] else "")
        )
    trigger, broker = (found[key] or "not set" for key in ("trigger", "broker"))
    lines.append(f"  trigger      {trigger}, broker {broker}")
    counts = ", ".join(f"{count} {name}" for name, count in found["jobs"].items() if count)
    lines.append(f"  jobs         {counts or 'none yet'}")
    lines += [f"  computing    {each['run']}: {each['sentence']}" for each in found["running"]]
    if damaged := found["set_aside"]:
        count = count_of(len(damaged), "damaged fragment")
        lines.append(f"  set aside    {count}: see damnit-daemon doctor")
    if found["copy_of"]:
        lines.append(
            f"  copy         of {found['copy_of']}, with its identity: filters, marks and update "
            "topic are shared. To separate it: damnit-daemon new-id"
        )
    if found["ledger_problem"]:
        lines.append(f"  ledger       {found['ledger_problem']}")
    info = dict(found["info"])
    if renewed := info.pop("ledger", ""):
        lines.append(f"  ledger       {renewed}")
    growing = parse_growing(info.pop("growing", None))
    if settle := info.pop("settle_s", None):
        shown = ", ".join(f"{kind} {seconds} s" for kind, seconds in dict(settle).items())
        lines.append(f"  settle time  {shown}")
    lines += [f"  growing      run {each.run}: {each.sentence(found['now'])}" for each in growing]
    if health := parse_consumer_health(info.pop("consumer", None)):
        lines.append(f"  broker       {health.sentence(found['now'])}")
    if problem := info.pop("watcher_problem", ""):
        lines.append(f"  directories  {problem}")
    unreadable = list(found["unreadable"].items())
    lines += [f"  unreadable   {run}: {text}" for run, text in unreadable[-MOST_UNREADABLE:]]
    if len(unreadable) > MOST_UNREADABLE:
        lines.append(
            f"  unreadable   and {count_of(len(unreadable) - MOST_UNREADABLE, 'more run')}"
        )
    if info:
        shown = ", ".join(f"{key} {value}" for key, value in info.items())
        lines.append(f"  details      {shown}")
    return lines


def _settings(folder: DamnitFolder) -> dict[str, object]:
    """Return the stored settings; None where unset, as only the daemon knows its defaults."""
    from ..settings import BROKER, TRIGGER
    from ..store import Database, load_settings

    with Database(folder.database).reading() as con:
        settings = load_settings(con)
    return {key: settings.get(key) for key in (TRIGGER, BROKER)}


def _original(folder: DamnitFolder) -> str | None:
    """Return the folder whose identity this copy still has."""
    from ..store.identity import original_of

    original = original_of(folder)
    return None if original is None else str(original)


def _ledger(folder: DamnitFolder, now: float, *, works: bool) -> dict[str, object]:
    """Return the job counts, what is being evaluated, and the runs with unreadable files."""
    from ..ledger import (
        ACTIVE,
        Ledger,
        LedgerMissing,
        count_jobs,
        load_jobs,
        load_unreadable,
    )
    from ..services.ledger_renewal import was_there
    from ..store import StoreError

    problem = ""
    try:
        with Ledger(folder.ledger).reading() as con:
            jobs = {state.value: count for state, count in count_jobs(con).items()}
            active = load_jobs(con, states=ACTIVE)
            computing = load_all_running(con, active, works=works)
            running = [
                {"run": str(job.run_key), "sentence": each.sentence(now), **running_facts(each)}
                for job in active
                for each in computing.get(job.id, ())
            ]
            unreadable = {str(key): text for key, text in load_unreadable(con).items()}
    except LedgerMissing:
        if was_there(folder):
            problem = f"{folder.ledger} was deleted."
    except StoreError as error:
        problem = str(error)
    else:
        return {
            "jobs": jobs,
            "running": running,
            "unreadable": unreadable,
            "ledger_problem": None,
        }
    return {"jobs": {}, "running": [], "unreadable": {}, "ledger_problem": problem or None}
