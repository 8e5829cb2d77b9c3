"""Tells other DAMNIT programs what happened, where there is a broker."""

from __future__ import annotations

import getpass
import socket

from ..broker import (
    ProcessingFinished,
    ProcessingStateSet,
    ProcessingStatus,
    Producer,
    RunValuesUpdated,
    VariableSet,
)
from ..ledger import Executor, Job
from ..model import RunKey, VariableInfo
from ..runner.file_format import START_TIME

DEFAULT_CLUSTER = "maxwell"
"""DAMNIT's word where Slurm names no cluster (its window asks that one for the job)."""


class Publisher:
    """Publishes on the folder's update topic; without a producer it says nothing."""

    def __init__(self, producer: Producer | None) -> None:
        self._producer = producer

    def values_saved(self, key: RunKey, names: tuple[str, ...]) -> None:
        """Values of a run are in the database; so is, by now, when the run began."""
        if self._producer is not None:
            listed = names if START_TIME in names else (START_TIME, *names)
            self._producer.publish(RunValuesUpdated(key, listed))

    def variables_changed(self, variables: tuple[VariableInfo, ...]) -> None:
        """Declarations of variables are in the database."""
        if self._producer is not None:
            for variable in variables:
                self._producer.publish(VariableSet(variable))

    def job_waits(self, job: Job) -> None:
        """A job was queued."""
        self._publish_state(job, ProcessingStatus.PENDING)

    def job_runs(self, job: Job) -> None:
        """A job is running; to be said again every ten seconds."""
        self._publish_state(job, ProcessingStatus.RUNNING)

    def job_over(self, job: Job) -> None:
        """A job is over, however."""
        if self._producer is not None:
            self._producer.publish(ProcessingFinished(job.processing_id))

    def close(self, timeout_s: float = 5.0) -> None:
        """Send what can be sent within the time."""
        if self._producer is not None:
            self._producer.close(timeout_s)

    def _publish_state(self, job: Job, status: ProcessingStatus) -> None:
        if self._producer is None:
            return
        is_running = status is ProcessingStatus.RUNNING
        is_elsewhere = job.executor is Executor.SLURM
        self._producer.publish(
            ProcessingStateSet(
                job.processing_id,
                job.run_key,
                job.data,
                status,
                hostname=(job.host or socket.gethostname()) if is_running else "",
                username=getpass.getuser() if is_running else "",
                slurm_cluster=DEFAULT_CLUSTER if is_elsewhere else None,
                slurm_job_id=job.slurm_id if is_elsewhere else "",
            )
        )
