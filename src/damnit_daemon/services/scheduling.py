"""Turn arrivals and requests into jobs, inside a transaction of the ledger.

Everyone who shares the folder may write rows. Each is parsed into a typed value and processed
under its own savepoint: one that fails is undone and ended with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..ledger import (
    ACTIVE,
    AnyRequest,
    ArrivalState,
    CancelRequest,
    CombineRequest,
    Connection,
    Executor,
    Job,
    JobOptions,
    JobOrigin,
    JobState,
    NewJob,
    PrioritiseRequest,
    RecordedArrival,
    ReprocessRequest,
    Request,
    RequestState,
    RestoreRequest,
    RetryRequest,
    RowFailed,
    add_job,
    add_job_for_arrival,
    answer_request,
    has_files,
    load_job,
    load_jobs,
    mark_arrival,
    note_cancel,
    parse_request,
    pending_arrivals,
    prioritise_job,
    retry_job,
    row_guard,
    set_state,
    still_failed,
    take_requests,
)
from ..model import RunKey
from ..model.arrival import Arrival
from .job_options import load_options, save_options


@dataclass
class ScheduledActions:
    """New jobs, running jobs to stop, and whether to sweep."""

    jobs: list[int] = field(default_factory=list)
    """Numbers of new jobs."""
    stop: list[tuple[int, str]] = field(default_factory=list)
    """Running jobs to stop, with the reason."""
    sweep: bool = False
    """True if a user requested that waiting fragments be combined."""

    def merge(self, other: ScheduledActions) -> None:
        """Add the actions of another one."""
        self.jobs += other.jobs
        self.stop += other.stop
        self.sweep |= other.sweep


def schedule_pending(con: Connection, *, now: float) -> ScheduledActions:
    """Turn arrivals and requests into jobs; answer the requests."""
    actions = ScheduledActions()
    for found in pending_arrivals(con):
        try:
            with row_guard(con, f"Arrival {found.id}"):
                actions.jobs += _accept(con, found, now)
        except RowFailed as error:
            mark_arrival(con, found.id, ArrivalState.IGNORED, reason=str(error))
    for request in take_requests(con, now=now):
        try:
            with row_guard(con, f"Request {request.id}"):
                done = _carry_out(con, request, now)
        except RowFailed as error:
            answer = {"reason": str(error)}
            answer_request(con, request.id, RequestState.REFUSED, answer, now=now)
        else:
            actions.merge(done)
    return actions


def _accept(con: Connection, found: RecordedArrival, now: float) -> list[int]:
    arrival = found.arrival
    arrived_at = arrival.event_at or found.recorded_at
    job = NewJob(arrival.run_key, _data_that_depends(con, arrival), arrived_at=arrived_at)
    added = add_job_for_arrival(con, found.id, job, now=now)
    return [added.id] if added is not None and added.is_new else []


def _data_that_depends(con: Connection, arrival: Arrival) -> str:
    """Return `all` if raw files arrive after a job saw corrected ones: its variables read both."""
    is_late = arrival.data == "raw" and has_files(con, arrival.run_key, "proc")
    return "all" if is_late else arrival.data


def _carry_out(con: Connection, request: Request, now: float) -> ScheduledActions:
    """Execute a request, and answer it."""
    actions = ScheduledActions()
    numbers = _act(con, parse_request(request.kind, request.payload), request, actions, now)
    answer: Mapping[str, Any] = {} if numbers is None else {"jobs": numbers}
    answer_request(con, request.id, RequestState.DONE, answer, now=now)
    return actions


def _act(
    con: Connection, typed: AnyRequest, request: Request, actions: ScheduledActions, now: float
) -> list[int] | None:
    """Execute a request; return the numbers of the affected jobs."""
    match typed:
        case ReprocessRequest():
            return _reprocess(con, typed, request.user, actions, now)
        case RestoreRequest():
            return [_restore(con, typed, request.user, actions, now)]
        case CancelRequest():
            return _cancel(con, typed, f"cancelled by {request.user}@{request.host}", actions, now)
        case RetryRequest():
            return _retry(con, typed, request.user, actions, now)
        case PrioritiseRequest():
            return [job for job in typed.jobs if prioritise_job(con, job, typed.priority)]
        case CombineRequest():
            actions.sweep = True
            return None


def _reprocess(
    con: Connection, typed: ReprocessRequest, user: str, actions: ScheduledActions, now: float
) -> list[int]:
    ids = []
    for key, names in typed.runs:
        job = NewJob(
            key,
            typed.data,
            typed.variables if names is None else names,
            typed.match,
            executor=typed.executor,
            origin=JobOrigin.REQUEST,
            priority=typed.priority,
            user=user,
            parameters=typed.options.parameters,
        )
        added = add_job(con, job, now=now)
        save_options(con, added.id, typed.options)
        ids.append(added.id)
        if added.is_new:
            actions.jobs.append(added.id)
    return ids


def _restore(
    con: Connection, typed: RestoreRequest, user: str, actions: ScheduledActions, now: float
) -> int:
    job = NewJob(
        typed.run,
        variables=(typed.variable,),
        executor=Executor.LOCAL,
        origin=JobOrigin.REQUEST,
        user=user,
        parameters=typed.parameters,
        context=typed.context,
    )
    added = add_job(con, job, now=now)
    save_options(con, added.id, JobOptions(parameters=typed.parameters))
    if added.is_new:
        actions.jobs.append(added.id)
    return added.id


def _cancel(
    con: Connection, typed: CancelRequest, reason: str, actions: ScheduledActions, now: float
) -> list[int]:
    cancelled = []
    for job in (*_numbered(con, typed.jobs), *_unfinished_of(con, typed.runs)):
        if job.state in ACTIVE:
            note_cancel(con, job.id, reason)
            actions.stop.append((job.id, reason))
            cancelled.append(job.id)
        elif set_state(con, job.id, JobState.CANCELLED, now=now, reason=reason):
            cancelled.append(job.id)
    return cancelled


def _retry(
    con: Connection, typed: RetryRequest, user: str, actions: ScheduledActions, now: float
) -> list[int]:
    jobs = still_failed(load_jobs(con)) if typed.failed else _numbered(con, typed.jobs)
    ids = []
    for job in jobs:
        parameters = load_options(con, job.id).parameters
        added = retry_job(con, job.id, now=now, user=user, parameters=parameters)
        if added is not None:
            save_options(con, added.id, replace(typed.options, parameters=parameters))
            ids.append(added.id)
            if added.is_new:
                actions.jobs.append(added.id)
    return ids


def _numbered(con: Connection, numbers: Iterable[int]) -> list[Job]:
    found = (load_job(con, number) for number in numbers)
    return [job for job in found if job is not None]


def _unfinished_of(con: Connection, runs: Iterable[RunKey]) -> list[Job]:
    states = [JobState.QUEUED, *ACTIVE]
    return [job for key in runs for job in load_jobs(con, states=states, key=key)]
