"""Resources of single jobs, stored with them in the ledger."""

from __future__ import annotations

import json

from ..ledger import Connection, JobOptions, get_value, set_value
from ..ledger.json_fields import parse_object


def save_options(con: Connection, job_id: int, options: JobOptions) -> None:
    """Save the options of a job."""
    if options:
        set_value(con, _name(job_id), json.dumps(options.to_payload()))


def load_options(con: Connection, job_id: int) -> JobOptions:
    """Load the options of a job; empty if there are none.

    Raises:
        DamnitError: If a stored value is out of bounds.
    """
    kept = get_value(con, _name(job_id))
    return JobOptions() if kept is None else JobOptions.from_payload(parse_object(str(kept)))


def _name(job_id: int) -> str:
    return f"wishes for job {job_id}"
