"""Events about files that the watcher found, and jobs processed, before the announcement."""

from __future__ import annotations

from pathlib import Path

from ..ledger import ArrivalState, Connection, JobState, load_arrivals, load_job
from ..model.arrival import Arrival, ArrivalSource
from .run_scanner import scan_run

TAKEN = "its files were found before and have not changed since"


def was_taken(con: Connection, arrival: Arrival, proposal_folder: Path) -> bool:
    """Return True if a run was taken from its directory, and is unchanged since.

    This covers all events that a broker announces after an outage. It excludes a run
    whose job failed: the event may be what the job had to wait for.
    """
    for found in reversed(load_arrivals(con, arrival.run_key)):
        if found.arrival.source is not ArrivalSource.WATCHER or found.arrival.data != arrival.data:
            continue
        if found.state is not ArrivalState.ACCEPTED or found.job_id is None:
            return False
        job = load_job(con, found.job_id)
        if job is None or job.state in (JobState.FAILED, JobState.CANCELLED):
            return False
        files = scan_run(proposal_folder, (arrival.run_key, arrival.data))
        return files is not None and files.data_at == found.arrival.event_at
    return False
