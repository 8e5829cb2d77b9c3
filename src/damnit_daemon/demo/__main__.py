"""`python -m damnit_daemon.demo DIR`: a proposal in whose folder runs arrive.

A daemon is to compute them; `--process` does it here, run by run.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from ..errors import DamnitError
from ..init_folder import create_folder
from ..ledger import Ledger
from ..model import RunKey
from ..paths import DATA_ROOT_VARIABLE, DamnitFolder
from ..services.computed import is_computed
from ..services.extraction import extract
from ..store import Database, save_setting
from .proposal import SECONDS_BETWEEN_RUNS, Proposal, make_proposal, write_run

WITHOUT_CAMERA = 3
SETTINGS = {
    "trigger": "watch",
    "watch_settle_s": "0.5",
    "watch_interval_s": "0.5",
    "watch_backfill": "all",
}
"""Make a daemon in the demo's folder process existing runs, and new ones quickly."""
LOOK_S = 0.2


def main() -> int:
    """Make the proposal, then write a run every few seconds."""
    arguments = _parse_arguments()
    # So that the last run begins about now.
    start = int(time.time()) - SECONDS_BETWEEN_RUNS * (arguments.runs + 1)
    proposal = make_proposal(arguments.directory, start=start)
    os.environ[DATA_ROOT_VARIABLE] = str(proposal.root)
    status = 0
    try:
        folder = make_damnit_folder(proposal)
        print(f"folder: {folder.path}", flush=True)
        for run in _write_runs(proposal, arguments.runs, arguments.every, arguments.at_once):
            if arguments.process:
                status = max(status, _process_run(folder, RunKey(proposal.number, run)))
            else:
                print(f"run {run}", flush=True)
        if arguments.wait:
            wait_until_computed(proposal, folder)
    except DamnitError as error:
        print(f"damnit demo: {error}", file=sys.stderr)
        return 1
    return status


def make_damnit_folder(proposal: Proposal) -> DamnitFolder:
    """Make the proposal's DAMNIT folder, with the demo's context file and settings."""
    folder = DamnitFolder(proposal.damnit_folder)
    text = resources.files(__package__).joinpath("context.py").read_text(encoding="utf-8")
    context = None if folder.context_file.exists() else text
    create_folder(folder, proposal.number, context=context, context_python=Path(sys.executable))
    with Database(folder.database).writing() as con:
        for key, value in SETTINGS.items():
            save_setting(con, key, value)
    return folder


def write_demo_run(proposal: Proposal, run: int) -> None:
    """Write a run: one lacks the camera, some lack corrected data, some are not scans."""
    write_run(proposal, run, camera=run != WITHOUT_CAMERA, proc=run % 5 != 2, scan=run % 3 != 1)


def wait_until_computed(proposal: Proposal, folder: DamnitFolder) -> None:
    """Wait until a daemon has processed all files and is idle.

    Raises:
        DamnitError: If the context file does not load: the jobs would wait for ever.
    """
    written = {
        (RunKey(proposal.number, int(path.name[1:])), data)
        for data in ("raw", "proc")
        for path in (proposal.path / data).glob("r*")
    }
    while not is_computed(Ledger(folder.ledger), written):
        time.sleep(LOOK_S)


def _write_runs(proposal: Proposal, runs: int, every_s: float, at_once: int) -> Iterator[int]:
    """Write runs after the existing ones, yielding each number."""
    existing = [int(path.name[1:]) for path in (proposal.path / "raw").glob("r*")]
    first = max(existing, default=0) + 1
    next_at = time.monotonic()
    for run in range(first, first + runs):
        time.sleep(max(0.0, next_at - time.monotonic()))
        next_at = time.monotonic() + (every_s if run + 1 >= first + at_once else 0.0)
        write_demo_run(proposal, run)
        yield run


def _process_run(folder: DamnitFolder, key: RunKey) -> int:
    report = extract(folder, [key])
    outcome = report.runs[0]
    counts = ", ".join(f"{outcome.count(o)} {o}" for o in ("done", "skipped", "failed"))
    print(f"run {key.run}: {outcome.failure or counts}", flush=True)
    for problem in report.problems:
        print(f"damnit demo: {problem}", file=sys.stderr)
    if report.is_interrupted:
        raise KeyboardInterrupt
    return int(not report.ok)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m damnit_daemon.demo", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help="where to create the proposal")
    parser.add_argument(
        "--runs", type=int, default=6, metavar="N", help="how many runs are added (6)"
    )
    parser.add_argument(
        "--every", type=float, default=2.0, metavar="SECONDS", help="time between two runs (2)"
    )
    parser.add_argument(
        "--at-once", type=int, default=1, metavar="N", help="how many of them come at once (1)"
    )
    parser.add_argument("--process", action="store_true", help="process runs here as they arrive")
    parser.add_argument(
        "--wait", action="store_true", help="wait until a daemon has processed all runs"
    )
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
