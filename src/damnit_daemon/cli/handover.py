"""`damnit reprocess` without --direct: what is wanted goes to the daemon."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from ..run_ranges import format_run_ranges
from .requesting import (
    NO_DAEMON,
    WHEN_ONE_STARTS,
    answered_jobs,
    ask,
    name_of,
    tell,
    wait_for_answer,
)

if TYPE_CHECKING:
    from ..model import RunKey
    from ..paths import DamnitFolder

    Names = Collection[str] | Mapping[RunKey, Collection[str]]

HINT = "Start one: damnit-daemon start. Or process here: --direct."


def hand_over(
    folder: DamnitFolder,
    keys: Sequence[RunKey],
    data: str,
    variables: Names | None,
    *,
    match: Sequence[str],
    watch: bool,
    executor: str | None = None,
    concurrent_jobs: int | None = None,
) -> int:
    """Ask the daemon to process runs; say who does it and when.

    Args:
        folder: The DAMNIT folder.
        keys: The runs.
        data: `raw`, `proc` or `all`: which variables, by the data they need.
        variables: Exact names, for all runs or for each; None for all.
        match: Parts of titles.
        watch: Whether to follow the jobs to their end.
        executor: `local` or `slurm`; None: as is set.
        concurrent_jobs: How many of them may run in Slurm at once; None: as is set.

    Returns:
        The exit code.

    Raises:
        DamnitError: If the ledger cannot be written, or the daemon refuses.
    """
    from ..ledger import Ledger, RequestKind
    from ..services.at_work import working_daemon
    from .watching import watch_request

    payload = reprocess_payload(keys, data, variables, match)
    wishes = {"executor": executor, "concurrent_jobs": concurrent_jobs}
    payload |= {name: value for name, value in wishes.items() if value is not None}
    _warn_of_unknown(folder, payload["variables"] or [])
    Ledger(folder.ledger).create()
    request_id = ask(folder, RequestKind.REPROCESS, payload)
    lease = working_daemon(folder)
    count = f"{len(keys)} job{'' if len(keys) == 1 else 's'}"
    if lease is None:
        tell(f"{count} noted. {NO_DAEMON} {WHEN_ONE_STARTS}", hint=HINT)
    if watch:
        return watch_request(folder, request_id)
    if lease is None:
        return 0
    request = wait_for_answer(folder, request_id)
    if request is None:
        tell(f"{count} noted. The daemon, {name_of(lease)}, has not answered yet.")
        return 0
    numbers = format_run_ranges(answered_jobs(request))
    typer.echo(f"{count} for the daemon ({name_of(lease)}): {numbers}")
    return 0


def reprocess_payload(
    keys: Sequence[RunKey], data: str, variables: Names | None, match: Sequence[str]
) -> dict[str, Any]:
    """Put a request to process runs into the words that the daemon reads."""
    runs: list[list[object]] = [list(key) for key in keys]
    names = None
    if isinstance(variables, Mapping):
        runs = [[*key, sorted(variables[key])] for key in keys]
    elif variables is not None:
        names = list(variables)
    return {"runs": runs, "data": data, "variables": names, "match": list(match), "priority": 0}


def _warn_of_unknown(folder: DamnitFolder, names: Sequence[str]) -> None:
    """Warn of misspelt names; those that are new in the context file are fine."""
    from ..store import Database, load_variables

    with Database(folder.database).reading() as con:
        known = {variable.name for variable in load_variables(con)}
    unknown = [name for name in names if name not in known]
    if unknown and known:
        tell(f"not seen before: {', '.join(unknown)}. If context.py has it now, all is well.")
