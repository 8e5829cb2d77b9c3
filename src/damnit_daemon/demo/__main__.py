"""`python -m damnit_daemon.demo DIR`: a proposal with runs that arrive and are processed."""

from __future__ import annotations

import argparse
import os
import sys
import time
from importlib import resources
from pathlib import Path

from ..errors import DamnitError
from ..model import RunKey
from ..paths import DATA_ROOT_VARIABLE, DamnitFolder
from ..services.creation import create_folder
from ..services.extraction import extract
from . import Proposal, make_proposal, write_run

WITHOUT_CAMERA = 3


def main() -> int:
    """Make the proposal, then write and process a run every few seconds."""
    arguments = _parse_arguments()
    proposal = make_proposal(arguments.directory)
    os.environ[DATA_ROOT_VARIABLE] = str(proposal.root)
    try:
        folder = make_damnit_folder(proposal)
        print(f"folder: {folder.path}", flush=True)
        return _process_runs(proposal, folder, arguments.runs, arguments.every)
    except DamnitError as error:
        print(f"damnit demo: {error}", file=sys.stderr)
        return 1


def make_damnit_folder(proposal: Proposal) -> DamnitFolder:
    """Make the proposal's DAMNIT folder, with the demo's context file."""
    folder = DamnitFolder(proposal.damnit_folder)
    text = resources.files(__package__).joinpath("context.py").read_text(encoding="utf-8")
    context = None if folder.context_file.exists() else text
    create_folder(folder, proposal.number, context=context, context_python=Path(sys.executable))
    return folder


def write_demo_run(proposal: Proposal, run: int) -> None:
    """Write a run: one lacks the camera, some have no corrected data, some are no scan."""
    write_run(proposal, run, camera=run != WITHOUT_CAMERA, proc=run % 5 != 2, scan=run % 3 != 1)


def _process_runs(proposal: Proposal, folder: DamnitFolder, runs: int, every_s: float) -> int:
    existing = [int(path.name[1:]) for path in (proposal.path / "raw").glob("r*")]
    first = max(existing, default=0) + 1
    status = 0
    next_at = time.monotonic()
    for run in range(first, first + runs):
        time.sleep(max(0.0, next_at - time.monotonic()))
        next_at = time.monotonic() + every_s
        write_demo_run(proposal, run)
        report = extract(folder, [RunKey(proposal.number, run)])
        outcome = report.runs[0]
        counts = ", ".join(f"{outcome.count(o)} {o}" for o in ("done", "skipped", "failed"))
        print(f"run {run}: {outcome.failure or counts}", flush=True)
        for problem in report.problems:
            print(f"damnit demo: {problem}", file=sys.stderr)
        if report.is_interrupted:
            return 130
        status = status or int(not report.ok)
    return status


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m damnit_daemon.demo", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help="where to make the proposal")
    parser.add_argument("--runs", type=int, default=6, metavar="N")
    parser.add_argument("--every", type=float, default=2.0, metavar="SECONDS")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
