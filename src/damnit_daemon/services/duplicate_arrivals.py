"""Events that tell of files which were found, and taken, before anybody announced them."""

from __future__ import annotations

from pathlib import Path

from ..ledger import ArrivalState, Connection, JobState, load_arrivals, load_job
from ..model.arrival import Arrival, ArrivalSource
from .run_scanner import look_into

TAKEN = "its files were found before, and have not changed since"


def was_taken(con: Connection, arrival: Arrival, proposal_folder: Path) -> bool:
    """Tell whether a run was taken from its directory, as it is there now.

    So it is with all that a broker announces when it comes back after a while. A
    run whose job failed is not meant: the event may be what it had to wait for.
    """
    for found in reversed(load_arrivals(con, arrival.run_key)):
        if found.arrival.source is not ArrivalSource.WATCHER or found.arrival.data != arrival.data:
            continue
        if found.state is not ArrivalState.ACCEPTED or found.job_id is None:
            return False
        job = load_job(con, found.job_id)
        if job is None or job.state in (JobState.FAILED, JobState.CANCELLED):
            return False
        files = look_into(proposal_folder, (arrival.run_key, arrival.data))
        return files is not None and files.data_at == found.arrival.event_at
    return False
