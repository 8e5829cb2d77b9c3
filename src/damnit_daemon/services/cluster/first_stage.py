"""Choose the first stage of jobs in Slurm: none is submitted without variables."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path

from ...errors import DamnitError
from ...launch import RunnerProcess
from ...paths import DamnitFolder
from ...runner.protocol import ContextLoaded
from ...submission import stage_has_variables
from ..context import context_python, require_usable
from ..extractor import is_outdated
from .commands import QueuedJob

log = logging.getLogger(__name__)


class FirstStage:
    """Knows the declarations of the context file; loads it again when it has changed."""

    def __init__(self, folder: DamnitFolder) -> None:
        self._folder = folder
        self._loaded: ContextLoaded | None = None
        self._python: Path | None = None

    def choose(self, jobs: Sequence[QueuedJob]) -> list[QueuedJob]:
        """Return the jobs, those with only `cluster` variables as dedicated ones.

        If the context file does not load, they are returned unchanged; the job reports the error.
        """
        if all(queued.is_dedicated for queued in jobs):
            return list(jobs)
        try:
            loaded = self._declarations()
        except DamnitError as error:
            log.info("The context file was not read before submission: %s", error)
            return list(jobs)
        return [_at_first_stage(queued, loaded) for queued in jobs]

    def _declarations(self) -> ContextLoaded:
        python = context_python(self._folder)
        loaded = self._loaded
        if loaded is None or python != self._python or is_outdated(self._folder, loaded):
            with RunnerProcess(self._folder, python) as runner:
                loaded = runner.context
            self._loaded, self._python = loaded, python
        require_usable(loaded)
        return loaded


def _at_first_stage(queued: QueuedJob, loaded: ContextLoaded) -> QueuedJob:
    if queued.is_dedicated:
        return queued
    job = queued.job
    work = (loaded, job.data, job.variables, job.match)
    is_empty = not stage_has_variables(*work, cluster=False)
    if not is_empty or not stage_has_variables(*work, cluster=True):
        return queued
    return dataclasses.replace(queued, is_dedicated=True)
