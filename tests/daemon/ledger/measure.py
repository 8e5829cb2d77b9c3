"""Print what each call costs in a large ledger, and in one with nothing in it.

    python -m tests.daemon.ledger.measure [FOLDER]

Times are of whole operations: open, call, commit to the disk, close.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from damnit_daemon.ledger import Ledger, count_jobs, load_arrived_data, load_edits, load_timings

from .large_ledger import fill
from .test_cost import CALLS

REPEATS = 15
READS = {
    "count jobs": count_jobs,
    "timings": load_timings,
    "all seen": load_arrived_data,
    "edits": load_edits,
}


class Undo(Exception):  # noqa: N818
    """Nothing is kept."""


def time_of(ledger, call, *, keep):
    begin = time.perf_counter()
    try:
        with ledger.writing() as con:
            call(con)
            if not keep:
                raise Undo
    except Undo:
        pass
    return (time.perf_counter() - begin) * 1000


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if sys.argv[1:] else None) as folder:
        ledgers = {}
        for name, arrivals, jobs in (("small", 1_000, 100), ("large", 100_000, 10_000)):
            ledgers[name] = Ledger(Path(folder) / name)
            ledgers[name].create()
            with ledgers[name].writing() as con:
                fill(con, arrivals=arrivals, jobs=jobs, requests=jobs, with_progress=2000)
            print(f"{name}: {ledgers[name].path.stat().st_size / 1e6:.1f} MB")
        print(f"{'milliseconds':22}{'small':>8}{'large':>8}{'+ commit':>10}")
        for name, call in (CALLS | READS).items():
            small, large = (
                median(time_of(ledger, call, keep=False) for _ in range(REPEATS))
                for ledger in ledgers.values()
            )
            kept = time_of(ledgers["large"], call, keep=True)
            print(f"{name:22}{small:8.2f}{large:8.2f}{kept:10.2f}")


if __name__ == "__main__":
    main()
