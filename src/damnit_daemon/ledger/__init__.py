"""The ledger (`daemon.sqlite`): the daemon's pending work, history and lease.

`Ledger` opens it; the functions take the connection, so that several form one
transaction. The daemon writes under the token of its lease:

    token = take_lease(ledger)
    with ledger.writing(token) as con:
        recover(con, now=time.time())
        for found in pending_arrivals(con):
            add_job_for_arrival(con, found.id, NewJob(found.arrival.run_key), now=time.time())

Each block is atomic, however the process ends; a daemon whose lease was taken over
gets `LeaseLost` and writes nothing. So pending work is done at least once, and
counted once.
"""

from sqlite3 import Connection

from .acquire import take_lease
from .arrivals import (
    ArrivalState,
    ArrivedData,
    RecordedArrival,
    load_arrival,
    load_arrivals,
    load_arrived_data,
    mark_arrival,
    pending_arrivals,
    record_arrival,
)
from .cancels import note_cancel, noted_cancel
from .cell_history import CellValue, load_cell_history
from .client import LedgerClient, RequestRefused, Response, running_daemon
from .counters import count, load_counters
from .edit_journal import Edit, append_edit, load_edits
from .errors import LedgerMissing, LedgerTooNew
from .job import (
    ACTIVE,
    AddedJob,
    Executor,
    Job,
    JobOrigin,
    JobState,
    NewJob,
    Parameters,
    Placement,
    SlurmTask,
)
from .job_states import Recovered, explain_wait, place_job, recover, requeue, set_state
from .jobs import count_jobs, load_follow_up, load_job, load_jobs, still_failed
from .key_value import get_value, set_value
from .lease import (
    EXPIRES_S,
    RENEW_EVERY_S,
    Lease,
    LeaseHeld,
    LeaseLost,
    LeaseWatch,
    acquire,
    load_lease,
    release,
    renew,
    require_lease,
)
from .ledger import Ledger
from .malformed import end_malformed_rows
from .pending import has_queued, has_undecided
from .process_id import ProcessId, is_alive, this_process
from .progress import (
    Outcome,
    VariableProgress,
    expect_variables,
    load_progress,
    load_running,
    save_advance,
    save_progress,
)
from .prune import Pruned, prune
from .queue import (
    add_job,
    add_job_for_arrival,
    next_queued,
    number_jobs_after,
    prioritise_job,
    retry_job,
)
from .request_model import (
    AnyRequest,
    CancelRequest,
    CombineRequest,
    InvalidRequest,
    JobOptions,
    PrioritiseRequest,
    ReprocessRequest,
    RestoreRequest,
    RetryRequest,
    TypedRequest,
    parse_request,
)
from .requests import (
    Request,
    RequestKind,
    RequestState,
    add_request,
    answer_request,
    answered_jobs,
    load_request,
    load_requests,
    take_requests,
)
from .row_guard import RowFailed, row_guard
from .run_files import TakenFiles, has_files, load_files, load_unreadable, save_files
from .timings import Timing, load_timings

__all__ = [
    "ACTIVE",
    "EXPIRES_S",
    "RENEW_EVERY_S",
    "AddedJob",
    "AnyRequest",
    "ArrivalState",
    "ArrivedData",
    "CancelRequest",
    "CellValue",
    "CombineRequest",
    "Connection",
    "Edit",
    "Executor",
    "InvalidRequest",
    "Job",
    "JobOptions",
    "JobOrigin",
    "JobState",
    "Lease",
    "LeaseHeld",
    "LeaseLost",
    "LeaseWatch",
    "Ledger",
    "LedgerClient",
    "LedgerMissing",
    "LedgerTooNew",
    "NewJob",
    "Outcome",
    "Parameters",
    "Placement",
    "PrioritiseRequest",
    "ProcessId",
    "Pruned",
    "RecordedArrival",
    "Recovered",
    "ReprocessRequest",
    "Request",
    "RequestKind",
    "RequestRefused",
    "RequestState",
    "Response",
    "RestoreRequest",
    "RetryRequest",
    "RowFailed",
    "SlurmTask",
    "TakenFiles",
    "Timing",
    "TypedRequest",
    "VariableProgress",
    "acquire",
    "add_job",
    "add_job_for_arrival",
    "add_request",
    "answer_request",
    "answered_jobs",
    "append_edit",
    "count",
    "count_jobs",
    "end_malformed_rows",
    "expect_variables",
    "explain_wait",
    "get_value",
    "has_files",
    "has_queued",
    "has_undecided",
    "is_alive",
    "load_arrival",
    "load_arrivals",
    "load_arrived_data",
    "load_cell_history",
    "load_counters",
    "load_edits",
    "load_files",
    "load_follow_up",
    "load_job",
    "load_jobs",
    "load_lease",
    "load_progress",
    "load_request",
    "load_requests",
    "load_running",
    "load_timings",
    "load_unreadable",
    "mark_arrival",
    "next_queued",
    "note_cancel",
    "noted_cancel",
    "number_jobs_after",
    "parse_request",
    "pending_arrivals",
    "place_job",
    "prioritise_job",
    "prune",
    "record_arrival",
    "recover",
    "release",
    "renew",
    "requeue",
    "require_lease",
    "retry_job",
    "row_guard",
    "running_daemon",
    "save_advance",
    "save_files",
    "save_progress",
    "set_state",
    "set_value",
    "still_failed",
    "take_lease",
    "take_requests",
    "this_process",
]
