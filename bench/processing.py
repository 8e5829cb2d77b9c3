"""Processing time of a run, compared with just opening it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from damnit_daemon.demo import Proposal, make_proposal, write_run
from damnit_daemon.store import create_database

from .results import Result, compare, environment, in_turn, program, wall_time_s

RUNS = 6
CONTEXT = """\
from damnit_ctx import Variable

@Variable
def n_trains(run):
    return len(run.train_ids)
"""


def measure_processing(scratch: Path, repeats: int) -> Iterator[Result]:
    """Measure `damnit-daemon reprocess --direct` for one run, and for each additional one."""
    proposal = make_proposal(scratch)
    for run in range(1, RUNS + 1):
        write_run(proposal, run)
    folder = make_folder(proposal)
    variables = environment(EXTRA_DATA_DATA_ROOT=str(scratch), AMORE_BROKER="none")
    open_run = f"import extra_data; extra_data.open_run({proposal.number}, 1)"
    reprocess = [*program("damnit-daemon", "damnit_daemon.cli"), "--in", str(folder), "reprocess"]

    def timed(*command: str) -> Callable[[], float]:
        return lambda: wall_time_s(command, variables, folder)

    cases = {
        "open": timed(sys.executable, "-c", open_run),
        "one": timed(*reprocess, "1", "--direct"),
        "many": timed(*reprocess, *map(str, range(1, RUNS + 1)), "--direct"),
    }
    times = in_turn(cases, repeats)
    further = [
        (many - one) / (RUNS - 1) for one, many in zip(times["one"], times["many"], strict=True)
    ]
    yield compare("reprocess one run / open_run", times["one"], times["open"], "s")
    yield compare("reprocess each further run / open_run", further, times["open"], "s")


def make_folder(proposal: Proposal) -> Path:
    """Create a DAMNIT folder with one variable."""
    folder = proposal.damnit_folder
    folder.mkdir(parents=True)
    (folder / "context.py").write_text(CONTEXT)
    create_database(folder / "runs.sqlite", proposal=proposal.number, context_python=sys.executable)
    return folder
