"""Run one of Slurm's commands to its end; no other module starts them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

from .environment import slurm_environment
from .errors import SlurmDown, SubmissionUnclear, explain_failure

ALL_TASKS = {"SLURM_BITSTR_LEN": "0"}
"""Keeps lists of array tasks from being truncated."""


def run_command(
    words: list[str], *, timeout_s: float, base: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Run a command and return its stdout and stderr.

    Args:
        words: The command line.
        timeout_s: Limit on its run time.
        base: The environment to start from, instead of that of this process.

    Raises:
        SlurmDown: If it is not installed, Slurm is not reached, or it takes too long.
        SubmissionUnclear: If it is `sbatch` and no response came.
        SubmissionRefused: If it is `sbatch` and Slurm rejects the job.
        SlurmError: If it fails otherwise.
    """
    environment = slurm_environment(os.environ if base is None else base)
    if words[0] != "sbatch":  # whose environment the job inherits
        environment |= ALL_TASKS
    try:
        done = subprocess.run(
            words,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=False,
            start_new_session=True,  # ctrl-c must not interrupt a submission
        )
    except subprocess.TimeoutExpired:
        message = f"{words[0]} did not respond within {timeout_s:g} s."
        if words[0] == "sbatch":
            raise SubmissionUnclear(
                f"Slurm did not confirm whether it accepted the job: {message}"
            ) from None
        raise SlurmDown(f"Slurm cannot be reached: {message}") from None
    except OSError as error:
        raise SlurmDown(
            f"{words[0]} cannot be started: {error.strerror}.",
            hint="Check that Slurm is installed here, or do without: damnit-daemon "
            "db-config executor local",
        ) from None
    stdout = done.stdout.decode("utf-8", "replace")
    stderr = done.stderr.decode("utf-8", "replace")
    if done.returncode != 0:
        raise explain_failure(words[0], done.returncode, stderr)
    return stdout, stderr


def missing_commands(base: Mapping[str, str] | None = None) -> list[str]:
    """Return the required commands that are missing from the search path."""
    path = (os.environ if base is None else base).get("PATH")
    needed = ("sbatch", "squeue", "scancel", "scontrol", "sinfo")
    return [name for name in needed if shutil.which(name, path=path) is None]
