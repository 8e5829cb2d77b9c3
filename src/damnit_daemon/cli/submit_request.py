"""`damnit reprocess` without --direct: submit the request to the daemon."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from ..run_ranges import format_run_ranges
from .daemon_request import (
    NO_DAEMON,
    WHEN_ONE_STARTS,
    answered_jobs,
    ask,
    name_of,
    tell,
    wait_for_answer,
)

if TYPE_CHECKING:
    from ..ledger import Executor, JobOptions, ReprocessRequest
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
    """Request the daemon to process runs; reports who does it and when.

    Args:
        folder: The DAMNIT folder.
        keys: The runs.
        data: `raw`, `proc` or `all`: selects variables by the data they need.
        variables: Exact names, for all runs or by run; None for all.
        match: Substrings of titles.
        watch: Follow the jobs to their end.
        executor: `local` or `slurm`; None for the folder's setting.
        concurrent_jobs: Maximum number of runs in Slurm at once; None for the folder's setting.

    Returns:
        The exit code.

    Raises:
        DamnitError: If the ledger cannot be written, or the daemon refuses.
    """
    from ..ledger import Executor, JobOptions, Ledger
    from ..services.daemon_status import working_daemon
    from .watch import watch_request

    request = reprocess_request(
        keys,
        data,
        variables,
        match,
        executor=None if executor is None else Executor(executor),
        options=JobOptions(at_once=concurrent_jobs or 0),
    )
    _warn_of_unknown(folder, request.variables or ())
    Ledger(folder.ledger).create()
    request_id = ask(folder, request)
    lease = working_daemon(folder)
    count = f"{len(keys)} job{'' if len(keys) == 1 else 's'}"
    if lease is None:
        tell(f"{count} noted. {NO_DAEMON} {WHEN_ONE_STARTS}", hint=HINT)
    if watch:
        return watch_request(folder, request_id)
    if lease is None:
        return 0
    answered = wait_for_answer(folder, request_id)
    if answered is None:
        tell(f"{count} noted. The daemon, {name_of(lease)}, has not answered yet.")
        return 0
    numbers = format_run_ranges(answered_jobs(answered))
    typer.echo(f"{count} for the daemon ({name_of(lease)}): {numbers}")
    return 0


def reprocess_request(
    keys: Sequence[RunKey],
    data: str,
    variables: Names | None,
    match: Sequence[str],
    *,
    executor: Executor | None = None,
    options: JobOptions | None = None,
) -> ReprocessRequest:
    """Build a request to process runs; `variables` are for all runs or by run."""
    from ..ledger import JobOptions, ReprocessRequest

    by_run = variables if isinstance(variables, Mapping) else {}
    for_all = None if variables is None or by_run is variables else tuple(map(str, variables))
    return ReprocessRequest(
        tuple((key, tuple(sorted(by_run[key])) if key in by_run else None) for key in keys),
        data,
        for_all,
        tuple(match),
        executor=executor,
        options=options or JobOptions(),
    )


def _warn_of_unknown(folder: DamnitFolder, names: Sequence[str]) -> None:
    """Warn about unknown names, which may be misspelt or new in the context file."""
    from ..store import Database, load_variables

    with Database(folder.database).reading() as con:
        known = {variable.name for variable in load_variables(con)}
    unknown = [name for name in names if name not in known]
    if unknown and known:
        tell(f"not seen before: {', '.join(unknown)}. If context.py has it now, all is well.")
