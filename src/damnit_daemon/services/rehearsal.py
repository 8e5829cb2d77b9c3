"""Replay the arrivals of a finished proposal in a scratch folder, faster than they came.

The scratch folder is a data root of its own: run folders with links to the original files, which
appear one after the other, and a DAMNIT folder whose daemon watches them. Links are to single
files, in folders of ours: EXtra-data keeps its maps of files next to the files. Nothing is written
in the original folders.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from bisect import bisect
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import heapreplace
from pathlib import Path
from typing import NamedTuple

from ..broker import BROKER_VARIABLE
from ..errors import DamnitError
from ..init_folder import create_folder
from ..ledger import (
    ACTIVE,
    Job,
    JobState,
    Ledger,
    LedgerMissing,
    Outcome,
    Timing,
    load_jobs,
    load_progress,
    load_timings,
)
from ..model import RunKey
from ..own_python import module_command, own_environment
from ..paths import DATA_ROOT_VARIABLE, OFFICIAL_FOLDER, DamnitFolder, existing_runs, find_proposal
from ..runner.processes import die_with_parent
from ..settings import KNOWN
from ..store import Database, load_runs, load_settings, save_setting
from .computed import is_computed
from .daemon_settings import daemon_settings
from .machine import usable_cpus
from .run_scanner import run_folder_name

MARK = "rehearsal.json"
"""Names the original of a scratch folder; a folder with other contents is never taken for one."""
LOG = "daemon.log"
END_S = 20.0
"""How long the daemon may take to end."""
OWN_SETTINGS = {
    "trigger": "watch",
    "watch_settle_s": "0.5",
    "watch_interval_s": "0.5",
    "watch_backfill": "all",
    "broker": "none",
    "executor": "local",
}
"""Runs are taken as soon as they are there, without broker and Slurm."""
NOT_COPIED = {*OWN_SETTINGS, "proposal", "db_id", "data_format_version", "kafka_topics"}


class PlannedArrival(NamedTuple):
    """Raw or corrected files of a run, to be linked at a time."""

    key: RunKey
    data: str
    """`raw` or `proc`."""
    files: Path
    """The original run folder."""
    came_at: float
    """When it came in reality, Unix seconds."""
    due_s: float
    """Seconds since the first arrival, at speed 1, with long gaps shortened."""


class QueueLoad(NamedTuple):
    """A queue at its worst."""

    waiting: int
    """Jobs that wait at once."""
    wait_s: float
    """Longest wait of a job."""
    behind_s: float
    """How long the last jobs end after the last arrival."""


@dataclass(frozen=True)
class RehearsalSummary:
    """The outcome of a rehearsal."""

    runs: int
    jobs: Mapping[JobState, int]
    reasons: Sequence[str]
    """Why jobs failed, each once."""
    errors: Mapping[str, int]
    """Number of runs in which a variable failed."""
    timings: Sequence[Timing]
    slots: int
    """Jobs that run at once."""
    load: QueueLoad
    """At speed 1, with the times that the jobs took."""


def plan_arrivals(
    source: DamnitFolder, runs: Collection[int] | None, *, longest_gap_s: float
) -> list[PlannedArrival]:
    """Plan the arrivals of a proposal's runs in the order in which they came.

    Raw data came when the run began, by the database, or else when its newest file was written;
    corrected data as long after that as its files are newer than the raw ones.

    Args:
        source: The original DAMNIT folder.
        runs: Run numbers; None for all.
        longest_gap_s: Longer pauses between arrivals are shortened to this.

    Raises:
        DamnitError: If the proposal or its runs are not there.
    """
    proposal, _ = _settings(source)
    path = find_proposal(proposal)
    with Database(source.database).reading() as con:
        began = {
            row.key.run: row.start_time for row in load_runs(con) if row.key.proposal == proposal
        }
    found = []
    for run in existing_runs(path):
        if runs is not None and run not in runs:
            continue
        written = {
            data: _written_at(path / data / run_folder_name(run)) for data in ("raw", "proc")
        }
        raw_at = began.get(run) or written["raw"] or written["proc"]
        for data, at in written.items():
            if at is not None and raw_at is not None:
                later_s = max(0.0, at - (written["raw"] or at))
                files = path / data / run_folder_name(run)
                found.append((raw_at + later_s, run, data != "raw", files))
    if not found:
        raise DamnitError(f"There are no files of these runs in {path}.")
    planned: list[PlannedArrival] = []
    due_s = 0.0
    for came_at, run, is_proc, files in sorted(found):
        if planned:
            due_s += min(longest_gap_s, came_at - planned[-1].came_at)
        data = "proc" if is_proc else "raw"
        planned.append(PlannedArrival(RunKey(proposal, run), data, files, came_at, due_s))
    return planned


def _written_at(folder: Path) -> float | None:
    """Return when the newest data file was written; None if there is none."""
    try:
        with os.scandir(folder) as entries:
            return max(
                (entry.stat().st_mtime for entry in entries if entry.name.endswith(".h5")),
                default=None,
            )
    except OSError:
        return None


class Rehearsal:
    """A scratch folder in which the runs of a proposal arrive again.

    Attributes:
        root: The scratch folder, a data root.
        folder: The DAMNIT folder in it.

    Args:
        source: The original DAMNIT folder.
        root: The scratch folder; created if it is missing.
        context: The context file; None for that of the original folder.

    Raises:
        DamnitError: If the scratch folder holds anything else, or cannot be written.
    """

    def __init__(self, source: DamnitFolder, root: Path, *, context: Path | None = None) -> None:
        self._proposal, settings = _settings(source)
        instrument_to_proposal = find_proposal(self._proposal).absolute().parts[-3:]
        self.root = root.absolute()
        self._path = self.root.joinpath(*instrument_to_proposal)
        self.folder = DamnitFolder(self._path / OFFICIAL_FOLDER)
        self._daemon: subprocess.Popen[bytes] | None = None
        self._require_own(source)
        for data in ("raw", "proc"):
            (self._path / data).mkdir(parents=True, exist_ok=True)
        self._copy_context(context or source.context_file)
        if source.derived_columns.exists() and not self.folder.derived_columns.exists():
            shutil.copyfile(source.derived_columns, self.folder.derived_columns)
        create_folder(self.folder, self._proposal, like=source)
        with Database(self.folder.database).writing() as con:
            for key, value in (settings | OWN_SETTINGS).items():
                save_setting(con, key, value)

    def _require_own(self, source: DamnitFolder) -> None:
        """Take a new folder, or one of an earlier rehearsal of the same original."""
        mark, own = self.root / MARK, {"source": str(source.path.resolve())}
        try:
            if self.root.is_dir() and any(self.root.iterdir()):
                if not mark.is_file() or json.loads(mark.read_text("utf-8")) != own:
                    raise DamnitError(
                        f"{self.root} is no rehearsal of {source.path}.",
                        hint="Give a new folder: --into FOLDER",
                    )
                return
            if source.path.resolve() in (self.root.resolve(), *self.root.resolve().parents):
                raise DamnitError(f"{self.root} is in the original folder.", hint="Give another.")
            self.root.mkdir(parents=True, exist_ok=True)
            mark.write_text(json.dumps(own), "utf-8")
        except (OSError, ValueError) as error:
            raise DamnitError(f"{self.root} cannot be used: {error}") from error

    def _copy_context(self, context: Path) -> None:
        """Copy the context file, and modules and packages beside it, which it may import."""
        self.folder.path.mkdir(parents=True, exist_ok=True)
        try:
            for module in context.parent.glob("*.py"):
                if module.name != context.name:
                    shutil.copyfile(module, self.folder.path / module.name)
            for init in context.parent.glob("*/__init__.py"):
                package = self.folder.path / init.parent.name
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(init.parent, package, ignore=ignored, dirs_exist_ok=True)
            shutil.copyfile(context, self.folder.context_file)
        except OSError as error:
            raise DamnitError(f"{context} cannot be copied: {error.strerror or error}.") from error

    def start_daemon(self) -> None:
        """Start the daemon of the scratch folder; it ends with this process."""
        environment = own_environment() | {
            DATA_ROOT_VARIABLE: str(self.root),
            BROKER_VARIABLE: "none",
        }
        with (self.root / LOG).open("ab") as log:
            self._daemon = subprocess.Popen(
                module_command("damnit_daemon.cli", "run", "--in", str(self.folder.path)),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )

    def stop_daemon(self) -> None:
        """Stop the daemon, and wait until it has ended."""
        if self._daemon is None:
            return
        self._daemon.terminate()
        try:
            self._daemon.wait(END_S)
        except subprocess.TimeoutExpired:
            self._daemon.kill()
            self._daemon.wait()

    def require_daemon(self) -> None:
        """Check that the daemon is running.

        Raises:
            DamnitError: If it has ended; gives its last message.
        """
        if self._daemon is not None and (code := self._daemon.poll()) is not None:
            last = (self.root / LOG).read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise DamnitError(
                f"The daemon of the rehearsal ended with code {code}.", hint=" ".join(last)
            )

    def has(self, arrival: PlannedArrival) -> bool:
        """Return True if the files of an arrival are there, from an earlier start."""
        return self._target(arrival).is_dir()

    def link(self, arrival: PlannedArrival) -> None:
        """Link the files of an arrival; their folder appears only when it is complete."""
        target = self._target(arrival)
        unfinished = target.with_name(f".{target.name}.linked")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for file in sorted(arrival.files.iterdir()):
            if file.suffix == ".h5":
                (unfinished / file.name).symlink_to(file.resolve())
        unfinished.rename(target)

    def _target(self, arrival: PlannedArrival) -> Path:
        return self._path / arrival.data / run_folder_name(arrival.key.run)

    def waiting(self) -> int:
        """Return the number of jobs that wait."""
        return len(self._jobs([JobState.QUEUED]))

    def is_computed(self, arrivals: Sequence[PlannedArrival]) -> bool:
        """Return True if the daemon has processed all arrivals.

        Raises:
            DamnitError: If the context file does not load: the jobs would wait for ever.
        """
        return is_computed(Ledger(self.folder.ledger), {(a.key, a.data) for a in arrivals})

    def summarise(self, arrivals: Sequence[PlannedArrival]) -> RehearsalSummary:
        """Summarise the jobs so far."""
        jobs = self._jobs()
        with Database(self.folder.database).reading() as con:
            slots = daemon_settings(load_settings(con), cpu_count=usable_cpus()).slots
        errors: Counter[str] = Counter()
        timings: list[Timing] = []
        if jobs:
            with Ledger(self.folder.ledger).reading() as con:
                timings = load_timings(con)
                for job in jobs:
                    progress = load_progress(con, job.id)
                    errors.update(each.name for each in progress if each.outcome is Outcome.FAILED)
        return RehearsalSummary(
            runs=len({job.run_key for job in jobs}),
            jobs=Counter(job.state for job in jobs),
            reasons=sorted({job.reason for job in jobs if job.state is JobState.FAILED}),
            errors=dict(errors.most_common()),
            timings=timings,
            slots=slots,
            load=simulate_queue(list(_work(arrivals, jobs)), slots),
        )

    def _jobs(self, states: Collection[JobState] | None = None) -> list[Job]:
        try:
            with Ledger(self.folder.ledger).reading() as con:
                return load_jobs(con, states=states)
        except LedgerMissing:
            return []

    def remove(self) -> None:
        """Remove the scratch folder; the links in it, not what they lead to."""
        shutil.rmtree(self.root, ignore_errors=True)


def _work(arrivals: Sequence[PlannedArrival], jobs: Sequence[Job]) -> Iterator[tuple[float, float]]:
    """Yield when each job would arrive at speed 1, and how long it took."""
    took_s: dict[tuple[RunKey, str], float] = {}
    for job in jobs:
        if job.started_at is not None and job.ended_at is not None and job.state not in ACTIVE:
            took_s[job.run_key, job.data] = max(0.0, job.ended_at - job.started_at)
    for arrival in arrivals:
        if (length_s := took_s.get((arrival.key, arrival.data))) is not None:
            yield arrival.due_s, length_s


def simulate_queue(work: Sequence[tuple[float, float]], slots: int) -> QueueLoad:
    """Simulate jobs that start in the order of their arrival.

    Args:
        work: When each job arrives and how long it takes, in seconds, by time of arrival.
        slots: Jobs that run at once.
    """
    free_at_s = [0.0] * slots
    waits: list[tuple[float, float]] = []
    for due_s, length_s in work:
        begin_s = max(due_s, free_at_s[0])
        waits.append((due_s, begin_s))
        heapreplace(free_at_s, begin_s + length_s)
    if not waits:
        return QueueLoad(0, 0.0, 0.0)
    dues, begins = zip(*waits, strict=True)  # both ascend
    return QueueLoad(
        max(bisect(dues, at) - bisect(begins, at) for at in dues),
        max(begin - due for due, begin in waits),
        max(0.0, max(free_at_s) - dues[-1]),
    )


def _settings(source: DamnitFolder) -> tuple[int, dict[str, int | float | str]]:
    """Return the proposal, and the settings of processing."""
    with Database(source.database).reading() as con:
        stored = load_settings(con)
    proposal = stored.get("proposal")
    if not isinstance(proposal, int | str) or not str(proposal).isdecimal():
        raise DamnitError(f"{source.path} has no proposal number.")
    copied = {
        key: value
        for key, value in stored.items()
        if key in KNOWN and key not in NOT_COPIED and isinstance(value, int | float | str)
    }
    return int(proposal), copied
