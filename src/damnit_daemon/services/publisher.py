"""Publish events to other DAMNIT programs, if there is a broker."""

from __future__ import annotations

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
from ..runner.author import user_name
from ..runner.file_format import START_TIME

DEFAULT_CLUSTER = "maxwell"
"""DAMNIT's name for the cluster if Slurm names none (its window queries that cluster)."""


class Publisher:
    """Publishes on the folder's update topic; does nothing without a producer."""

    def __init__(self, producer: Producer | None) -> None:
        self._producer = producer

    def values_saved(self, key: RunKey, names: tuple[str, ...]) -> None:
        """Announce that values of a run are in the database, and with them its start time."""
        if self._producer is not None:
            listed = names if START_TIME in names else (START_TIME, *names)
            self._producer.publish(RunValuesUpdated(key, listed))

    def variables_changed(self, variables: tuple[VariableInfo, ...]) -> None:
        """Announce that declarations of variables are in the database."""
        if self._producer is not None:
            for variable in variables:
                self._producer.publish(VariableSet(variable))

    def job_waits(self, job: Job) -> None:
        """Announce that a job was queued."""
        self._publish_state(job, ProcessingStatus.PENDING)

    def job_runs(self, job: Job) -> None:
        """Announce that a job is running; to be repeated every ten seconds."""
        self._publish_state(job, ProcessingStatus.RUNNING)

    def job_over(self, job: Job) -> None:
        """Announce that a job is over, with any outcome."""
        if self._producer is not None:
            self._producer.publish(ProcessingFinished(job.processing_id))

    def close(self, timeout_s: float = 5.0) -> None:
        """Send remaining messages within the time limit."""
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
                username=user_name() if is_running else "",
                slurm_cluster=DEFAULT_CLUSTER if is_elsewhere else None,
                slurm_job_id=job.slurm_id if is_elsewhere else "",
            )
        )
