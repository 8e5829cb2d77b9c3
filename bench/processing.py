"""Processing of runs and reading of context files, beside bare Python and DAMNIT."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.store import create_database

from .peer import Peer
from .results import Result, beside, environment, in_turn, program, wall_time_s

RUNS = 20
MOST_ROUNDS = 3
"""Rounds of the cases that take a minute each."""
TRIVIAL = """\
from damnit_ctx import Variable

@Variable
def n_trains(run):
    return len(run.train_ids)
"""
MANY = (
    """\
import numpy as np
import xarray as xr
from damnit_ctx import Variable

@Variable(title="Figure")
def figure(run):
    import matplotlib.pyplot as plt

    drawn, axes = plt.subplots()
    axes.plot(np.arange(100.0))
    return drawn
"""
    + "".join(
        f"\n@Variable(title='Number {i}')\ndef number_{i}(run):\n"
        f"    return {i} * len(run.train_ids)\n"
        for i in range(15)
    )
    + "".join(
        f"\n@Variable(title='Curve {i}', summary='mean')\ndef curve_{i}(run):\n"
        f"    return xr.DataArray(np.arange(1000.0) * {i}, dims='x')\n"
        for i in range(8)
    )
    + "".join(
        f"\n@Variable(title='Image {i}')\ndef image_{i}(run):\n"
        f"    return np.outer(np.arange(512.0), np.arange(512.0)) + {i}\n"
        for i in range(4)
    )
)
"""28 variables: a figure, numbers, curves, images."""
OPEN_RUN = "import h5py, numpy, extra_data; extra_data.open_run({}, 1)"
OPEN_AND_IMPORT = OPEN_RUN + "; import xarray, matplotlib.pyplot"
EXECUTE = "exec(compile(open('context.py').read(), 'context.py', 'exec'))"


def measure_processing(scratch: Path, repeats: int, peer: Peer | None = None) -> Iterator[Result]:
    """Measure `reprocess --direct` for one run and for 20, with one and with 28 variables."""
    proposal = make_proposal(scratch)
    for run in range(1, RUNS + 1):
        write_run(proposal, run)
    variables = environment(EXTRA_DATA_DATA_ROOT=str(scratch), AMORE_BROKER="none")
    many_runs = [str(run) for run in range(1, RUNS + 1)]
    for label, context, limit in (
        ("1 variable", TRIVIAL, OPEN_RUN),
        ("28 variables", MANY, OPEN_AND_IMPORT),
    ):
        folder = make_folder(scratch / label, context, proposal.number)
        there = peer and peer.make_folder(scratch / f"{label} of DAMNIT", context, proposal.number)

        def ours(*runs: str, folder: Path = folder) -> Callable[[], float]:
            command = program("damnit-daemon", "damnit_daemon.cli")
            command = [*command, "--in", str(folder), "reprocess", *runs, "--direct"]
            return lambda: wall_time_s(command, variables, folder)

        bare = [sys.executable, "-c", limit.format(proposal.number)]
        one = {
            "ours": ours("1"),
            "limit": lambda bare=bare, folder=folder: wall_time_s(bare, variables, folder),
        }
        all_runs = {"ours": ours(*many_runs)}
        if peer and there:
            one["peer"] = peer.timed(there, "reprocess", "1", "--direct")
            all_runs["peer"] = peer.timed(there, "reprocess", *many_runs, "--direct")
        times = in_turn(one, repeats)
        yield beside(f"process 1 run, {label}", times, "s")
        whole = in_turn(all_runs, min(MOST_ROUNDS, repeats))
        further = {
            side: [(took - first) / (RUNS - 1) for took, first in zip(found, times[side])]  # noqa: B905 – fewer rounds
            for side, found in whole.items()
        }
        yield beside(f"each further run of {RUNS}, {label}", further, "s")


def measure_context(scratch: Path, repeats: int, peer: Peer | None = None) -> Iterator[Result]:
    """Measure `read-context` after a change of the file, and without."""
    proposal = make_proposal(scratch)
    folder = make_folder(scratch / "context", MANY, proposal.number)
    variables = environment(EXTRA_DATA_DATA_ROOT=str(scratch), AMORE_BROKER="none")
    command = [*program("damnit-daemon", "damnit_daemon.cli"), "--in", str(folder), "read-context"]
    bare = [sys.executable, "-c", EXECUTE]
    changes = count()

    def changed(folder: Path, read: Callable[[], float]) -> Callable[[], float]:
        def measured() -> float:
            (folder / "context.py").write_text(f"{MANY}\n# change {next(changes)}\n")
            return read()

        return measured

    read = {"ours": lambda: wall_time_s(command, variables, folder)}
    limit = {"limit": lambda: wall_time_s(bare, variables, folder)}
    after = {"ours": changed(folder, read["ours"]), **limit}
    if peer:
        there = peer.make_folder(scratch / "context of DAMNIT", MANY, proposal.number)
        read["peer"] = peer.timed(there, "read-context")
        after["peer"] = changed(there, read["peer"])
    yield beside("read a changed context file, 28 variables", in_turn(after, repeats), "s")
    yield beside("read an unchanged context file", in_turn({**read, **limit}, repeats), "s")


def make_folder(folder: Path, context: str, proposal: int) -> Path:
    """Create a DAMNIT folder with a context file."""
    folder.mkdir(parents=True)
    (folder / "context.py").write_text(context)
    create_database(folder / "runs.sqlite", proposal=proposal, context_python=sys.executable)
    return folder
