"""`damnit-daemon reprocess` without --direct: submit the request to the daemon."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from ..run_ranges import format_run_ranges
from ..text import count_of
from .daemon_request import NO_DAEMON, WHEN_ONE_STARTS, name_of, print_message, unanswered

if TYPE_CHECKING:
    from ..model import RunKey
    from ..paths import DamnitFolder
    from ..runner.parameter import Plain

    Names = Collection[str] | Mapping[RunKey, Collection[str]]

HINT = "Start one (damnit-daemon start), or process here with --direct."


def request_reprocessing(
    folder: DamnitFolder,
    keys: Sequence[RunKey],
    data: str,
    variables: Names | None,
    *,
    match: Sequence[str],
    watch: bool,
    executor: str | None = None,
    concurrent_jobs: int | None = None,
    parameters: Mapping[str, Plain] | None = None,
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
        parameters: Values of parameters, instead of those of the runs.

    Returns:
        The exit code.

    Raises:
        DamnitError: If the ledger cannot be written, or the daemon refuses.
    """
    from ..ledger import Executor, JobOptions, Ledger, LedgerClient, ReprocessRequest
    from .watch import watch_request

    request = ReprocessRequest.for_runs(
        keys,
        variables,
        data=data,
        match=tuple(match),
        executor=None if executor is None else Executor(executor),
        options=JobOptions(
            at_once=concurrent_jobs or 0, parameters=tuple(sorted((parameters or {}).items()))
        ),
    )
    _warn_of_unknown(folder, request.variables or ())
    ledger = Ledger(folder.ledger)
    ledger.create()
    client = LedgerClient(ledger)
    number = client.send(request)
    lease = client.daemon()
    count = count_of(len(keys), "job")
    if lease is None:
        print_message(f"{count} recorded. {NO_DAEMON} {WHEN_ONE_STARTS}", hint=HINT)
    if watch:
        return watch_request(folder, number)
    if lease is None:
        return 0
    jobs = client.wait(number)
    if jobs is None:
        print_message(unanswered(f"{count} recorded.", lease))
    else:
        typer.echo(f"{count} sent to the daemon ({name_of(lease)}): {format_run_ranges(jobs)}")
    return 0


def _warn_of_unknown(folder: DamnitFolder, names: Sequence[str]) -> None:
    """Warn about unknown names, which may be misspelt or new in the context file."""
    from ..store import Database, load_variables

    with Database(folder.database).reading() as con:
        known = {variable.name for variable in load_variables(con)}
    unknown = [name for name in names if name not in known]
    if unknown and known:
        print_message(
            f"not in the table yet: {', '.join(unknown)}. Ignore this if context.py defines it now."
        )
