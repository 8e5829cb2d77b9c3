"""All checks, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

from ...errors import DamnitError
from ...launch.reader_process import ReaderPool
from ...paths import DamnitFolder
from .context import check_context
from .daemon import check_broker, check_daemon, check_ledger
from .finding import Finding, Grade
from .folder import check_disk, check_permissions
from .results import check_fragments, check_results
from .slurm import check_slurm
from .storage import check_database
from .verify import verify

Check = Callable[[DamnitFolder], Iterator[Finding]]

CHECKS: dict[str, Check] = {
    "folder": check_permissions,
    "disk": check_disk,
    "database": check_database,
    "context": check_context,
    "ledger": check_ledger,
    "daemon": check_daemon,
    "broker": check_broker,
    "slurm": check_slurm,
    "fragments": check_fragments,
}


def check_folder(folder: DamnitFolder, *, thorough: bool = False) -> Iterator[Finding]:
    """Run all checks; an error that prevents one becomes its finding.

    Args:
        folder: The DAMNIT folder.
        thorough: Whether to compare all results files with the database, too.
    """
    with closing(ReaderPool()) as reader:
        checks = CHECKS | {"results": partial(check_results, reader=reader)}
        if thorough:
            checks["verify"] = partial(verify, reader=reader)
        yield from _found_by(checks, folder)


def _found_by(checks: dict[str, Check], folder: DamnitFolder) -> Iterator[Finding]:
    for what, check in checks.items():
        try:
            yield from check(folder)
        except DamnitError as error:
            yield Finding(Grade.WRONG, what, error.message, error.hint)
        except OSError as error:
            yield Finding(Grade.WRONG, what, str(error), "Check that its file system is mounted.")
