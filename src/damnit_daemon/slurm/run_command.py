"""Starts one of Slurm's commands and waits for its end: the only place that does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

from .environment import slurm_environment
from .errors import SlurmDown, SubmissionUnclear, explain_failure

ALL_TASKS = {"SLURM_BITSTR_LEN": "0"}
"""Lists of array tasks are not cut short."""


def run_command(
    words: list[str], *, timeout_s: float, base: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Run a command; what it printed on stdout and on stderr.

    Args:
        words: The command line.
        timeout_s: How long it may take.
        base: The environment to start from, in place of our own.

    Raises:
        SlurmDown: If it is not installed, Slurm is not reached, or it takes too long.
        SubmissionUnclear: If it is `sbatch` and the answer did not come.
        SubmissionRefused: If it is `sbatch` and Slurm says no.
        SlurmError: If it fails otherwise.
    """
    environment = slurm_environment(os.environ if base is None else base)
    if words[0] != "sbatch":  # whose environment is that of the job
        environment |= ALL_TASKS
    try:
        done = subprocess.run(
            words,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=False,
            start_new_session=True,  # ctrl-c is ours, and must not leave a submission unclear
        )
    except subprocess.TimeoutExpired:
        said = f"{words[0]} did not answer within {timeout_s:g} s."
        if words[0] == "sbatch":
            raise SubmissionUnclear(f"Slurm did not say whether it took the job: {said}") from None
        raise SlurmDown(f"Slurm cannot be reached: {said}") from None
    except OSError as error:
        raise SlurmDown(
            f"{words[0]} cannot be started: {error.strerror}.",
            hint="Is Slurm installed on this machine? Without: damnit db-config executor local",
        ) from None
    stdout = done.stdout.decode("utf-8", "replace")
    stderr = done.stderr.decode("utf-8", "replace")
    if done.returncode != 0:
        raise explain_failure(words[0], done.returncode, stderr)
    return stdout, stderr


def missing_commands(base: Mapping[str, str] | None = None) -> list[str]:
    """Which of the commands that we cannot do without are not on the search path."""
    path = (os.environ if base is None else base).get("PATH")
    needed = ("sbatch", "squeue", "scancel", "scontrol", "sinfo")
    return [name for name in needed if shutil.which(name, path=path) is None]
