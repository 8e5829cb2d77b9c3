"""Whether a daemon has processed given files and is idle."""

from __future__ import annotations

from collections.abc import Collection

from ..errors import DamnitError
from ..ledger import (
    ACTIVE,
    JobState,
    Ledger,
    LedgerMissing,
    has_undecided,
    load_arrived_data,
    load_jobs,
)
from ..model import RunKey
from .context import UNUSABLE


def is_computed(ledger: Ledger, written: Collection[tuple[RunKey, str]]) -> bool:
    """Return True if all these files have arrived, and no job waits or runs.

    Args:
        ledger: The ledger of the daemon; it need not exist yet.
        written: Run and data (`raw`, `proc`) of the files.

    Raises:
        DamnitError: If the context file does not load: the jobs would wait for ever.
    """
    try:
        with ledger.reading() as con:
            jobs = load_jobs(con, states=[JobState.QUEUED, *ACTIVE])
            for job in jobs:
                if job.reason.startswith(UNUSABLE):
                    raise DamnitError(
                        " ".join(job.reason.splitlines()) + ".",
                        hint="Correct the file, or install what is missing: "
                        "pip install 'damnit-tui[all]'",
                    )
            if jobs or has_undecided(con):
                return False
            return load_arrived_data(con).data.issuperset(written)
    except LedgerMissing:
        return False
