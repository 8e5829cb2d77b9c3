"""A submission as a folder of files, readable by its job on the node and by any later daemon.

.damnit/slurm/20261124T053012-3f9a61c2/
  jobs.jsonl     one line for each job to run, with the number of its task
  job.sh         the script that Slurm starts for each task
  slurm_id       the id that Slurm gave the submission
  0.claim        task 0 has started
  0.events       events of task 0
  0.out          output from before its runner started
  revoked        no further task may start
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..atomic_write import atomic_write
from ..launch import Bundle
from ..launch.environment import FALLBACK_VARIABLE
from ..paths import DamnitFolder
from ..permissions import file_bits, make_shared_folder
from ..runner import FORK_OPTION
from ..runner.batch import JOBS_FILE, REVOKED_FILE, claim_name, events_name
from ..runner.protocol import RunnerJob
from ..slurm import LARGEST_ARRAY, SlurmId

FOLDER = "slurm"
LARGEST_NUMBER = 2**31
"""Upper limit of job numbers in a ledger; a job with a higher number is not from one."""
SCRIPT_FILE = "job.sh"
ID_FILE = "slurm_id"
ID_TEXT = re.compile(r"([0-9]{1,10})(?:\s+(\w[\w.-]{0,63}))?", re.ASCII)
ID_BYTES = 200
COMMENT_PREFIX = "damnit-"
KEEP_S = 7 * 24 * 3600.0
"""How long an unfinished folder is kept: its jobs may still be pending in Slurm."""

LAST_WORDS_BYTES = 2000

SCRIPT = """\
#!/bin/sh
# Made by damnit-tui; {comment}. Slurm keeps a copy of its own.
unset {unset}
export PYTHONPATH={pythonpath} {fallback}={h5netcdf} MPLBACKEND=Agg
export PYTHONFAULTHANDLER=1 PYTHONIOENCODING=utf-8:backslashreplace PYTHONUNBUFFERED=1
cd {folder} || exit 1
{redirection}exec {python} {pythonpath} batch --folder {folder} \\
    --submission {submission} --task "${{SLURM_ARRAY_TASK_ID:-0}}"{options}
"""
REDIRECTION = """\
exec >> {submission}/"${{SLURM_ARRAY_TASK_ID:-0}}.out" 2>&1
"""
UNSET = ("PYTHONHOME", "PYTHONSTARTUP", "PYTHONSAFEPATH", "VIRTUAL_ENV", "DISPLAY", "LD_PRELOAD")


@dataclass(frozen=True)
class SubmissionEntry:
    """One job of a submission."""

    job_id: int
    """Its number in the ledger."""
    attempt: int
    task: int
    job: RunnerJob


def _parse_entry(line: str) -> SubmissionEntry | None:
    known = RunnerJob.__dataclass_fields__.keys()
    try:
        plain = json.loads(line)
        job = RunnerJob(**{k: v for k, v in plain.items() if k in known})
        job_id, attempt, task = (int(plain[key]) for key in ("ledger_id", "attempt", "task"))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return SubmissionEntry(job_id, attempt, task, job) if 0 <= task <= LARGEST_ARRAY else None


class SubmissionFolder:
    """One folder: names of its files, and methods to read and write them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def comment(self) -> str:
        """Comment that identifies it in Slurm."""
        return COMMENT_PREFIX + self.path.name

    @property
    def script(self) -> Path:
        """The script that Slurm starts."""
        return self.path / SCRIPT_FILE

    @property
    def output_pattern(self) -> str:
        """`--output` for `sbatch`: one file for each task.

        `%` is special in a pattern. A backslash disables all substitution, also of `%a`: then
        the script writes the file, without Slurm's own messages.
        """
        if self.is_beyond_patterns:
            return os.devnull
        return str(self.path).replace("%", "%%") + "/%a.out"

    @property
    def is_beyond_patterns(self) -> bool:
        """True if no pattern of Slurm can name a file for each task in it."""
        return "\\" in str(self.path)

    def events(self, task: int) -> Path:
        """Return the file with the events of a task."""
        return self.path / events_name(task)

    def entries(self) -> Iterator[SubmissionEntry]:
        """Yield the jobs to run; unreadable lines are skipped."""
        try:
            lines = (self.path / JOBS_FILE).read_text(errors="replace").splitlines()
        except OSError:
            return
        for line in lines:
            if entry := _parse_entry(line):
                yield entry

    def load_id(self) -> SlurmId | None:
        """Return its id in Slurm, if it was recorded.

        The file is untrusted: only Slurm knows if that job is this submission.
        """
        try:
            with (self.path / ID_FILE).open(encoding="ascii", errors="replace") as file:
                text = file.read(ID_BYTES)
        except OSError:
            return None
        match = ID_TEXT.fullmatch(text.strip())
        return SlurmId(match[1], match[2] or "") if match else None

    def save_id(self, slurm_id: SlurmId) -> None:
        """Record its id in Slurm.

        Raises:
            OSError: If it cannot be written; the comment still identifies it.
        """
        self._write(ID_FILE, f"{slurm_id.id} {slurm_id.cluster}\n", 0o666)

    def revoke(self) -> None:
        """Keep further tasks from starting, even if Slurm has them without our knowledge.

        Raises:
            OSError: If it cannot be written.
        """
        self._write(REVOKED_FILE, "", 0o666)

    def block(self, task: int) -> None:
        """Keep a task from starting; one that has already started is not affected.

        Raises:
            OSError: If it cannot be written.
        """
        try:
            (self.path / claim_name(task)).touch(0o600, exist_ok=False)
        except FileExistsError:
            pass

    def output(self, task: int) -> str:
        """Return the end of the output outside the runs' logs, including Slurm's own messages."""
        try:
            with (self.path / f"{task}.out").open("rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - LAST_WORDS_BYTES))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def last_words(self, task: int) -> str:
        """Return the output from before the runner started; empty if there was none."""
        lines = [line.strip() for line in self.output(task).splitlines()]
        return "\n".join([line for line in lines if line and not line.startswith("slurm")][-3:])

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _write(self, name: str, text: str, bits: int) -> None:
        """Write a file that no other user may modify if it is executed."""
        atomic_write(self.path / name, text.encode(), file_bits(self.path) & bits)


def submissions(folder: DamnitFolder) -> list[SubmissionFolder]:
    """List the existing submissions, the oldest first."""
    parent = folder.internals / FOLDER
    try:
        names = sorted(entry.name for entry in os.scandir(parent) if entry.is_dir())
    except OSError:
        return []
    return [SubmissionFolder(parent / name) for name in names]


def highest_job_number(folder: DamnitFolder) -> int:
    """Return the highest ledger number of a job in any submission; 0 if there is none."""
    numbers = (entry.job_id for each in submissions(folder) for entry in each.entries())
    return max((number for number in numbers if number < LARGEST_NUMBER), default=0)


def make_submission(
    folder: DamnitFolder,
    tasks: Sequence[Sequence[SubmissionEntry]],
    python: Path,
    bundle: Bundle,
    *,
    forks: bool = True,
) -> SubmissionFolder:
    """Write all files that the jobs need.

    Args:
        folder: The DAMNIT folder.
        tasks: The jobs of each task; their `task` is set here.
        python: The user's interpreter.
        bundle: The runner.
        forks: Whether jobs may be forks; else each loads the context file anew.

    Raises:
        OSError: If it cannot be written; no partial folder remains.
    """
    parent = folder.internals / FOLDER
    make_shared_folder(folder.internals)
    make_shared_folder(parent)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    made = SubmissionFolder(parent / f"{stamp}-{secrets.token_hex(4)}")
    make_shared_folder(made.path)
    made.path.chmod(made.path.stat().st_mode & ~0o002)
    try:
        lines = [
            json.dumps(
                {
                    "kind": "Job",
                    **asdict(entry.job),
                    "task": number,
                    "ledger_id": entry.job_id,
                    "attempt": entry.attempt,
                }
            )
            for number, entries in enumerate(tasks)
            for entry in entries
        ]
        made._write(JOBS_FILE, "".join(f"{line}\n" for line in lines), 0o644)
        made._write(SCRIPT_FILE, script_text(made, folder, python, bundle, forks), 0o644)
    except BaseException:
        made.remove()
        raise
    return made


def script_text(
    submission: SubmissionFolder,
    folder: DamnitFolder,
    python: Path,
    bundle: Bundle,
    forks: bool,
) -> str:
    """Return the script of each task: the user's Python runs the runner, no other code of ours."""
    quoted: Mapping[str, str] = {
        name: shlex.quote(str(value))
        for name, value in {
            "pythonpath": bundle.runner,
            "h5netcdf": bundle.fallback,
            "folder": folder.path.absolute(),
            "python": python,
            "submission": submission.path.absolute(),
        }.items()
    }
    redirection = REDIRECTION.format(**quoted) if submission.is_beyond_patterns else ""
    return SCRIPT.format(
        comment=submission.comment,
        unset=" ".join(UNSET),
        fallback=FALLBACK_VARIABLE,
        redirection=redirection,
        options="" if forks else f" {FORK_OPTION}",
        **quoted,
    )


def remove_old(folder: DamnitFolder, keep: set[Path], now: float) -> None:
    """Remove folders that are not tracked and from which no job can start any more."""
    for submission in submissions(folder):
        try:
            age_s = now - submission.path.stat().st_mtime
        except OSError:
            continue
        if submission.path not in keep and age_s > KEEP_S:
            submission.remove()
