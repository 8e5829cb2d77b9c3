"""What is owed: arrivals and requests become jobs, inside a transaction of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import DamnitError
from ..ledger import (
    ACTIVE,
    Connection,
    Executor,
    Job,
    JobOrigin,
    JobState,
    NewJob,
    Request,
    RequestKind,
    RequestState,
    add_job,
    add_job_for_arrival,
    answer_request,
    load_job,
    load_jobs,
    pending_arrivals,
    prioritise_job,
    retry_job,
    set_state,
    still_failed,
    take_requests,
)
from ..model import RunKey
from .wishes import Wishes, save_wishes


@dataclass(frozen=True)
class Intake:
    """What there is to do besides the jobs."""

    jobs: list[int]
    """New ones."""
    stop: list[tuple[int, str]]
    """Running jobs to be ended, with the reason."""
    sweep: bool = False
    """Whether somebody wants waiting fragments combined."""


def take_in(con: Connection, *, now: float) -> Intake:
    """Make jobs of what arrived and what was asked for; answer requests."""
    intake = Intake([], [])
    for found in pending_arrivals(con):
        arrival = found.arrival
        wanted = NewJob(
            arrival.run_key, arrival.data, arrived_at=arrival.event_at or found.recorded_at
        )
        added = add_job_for_arrival(con, found.id, wanted, now=now)
        if added is not None and added.is_new:
            intake.jobs.append(added.id)
    sweep = False
    for request in take_requests(con, now=now):
        sweep |= request.kind == RequestKind.COMBINE
        try:
            answer = _ACTIONS[RequestKind(request.kind)](con, request, intake, now)
        except (KeyError, TypeError, ValueError) as error:  # anybody may write requests
            reason = f"This request makes no sense: {error!r}"
            answer_request(con, request.id, RequestState.REFUSED, {"reason": reason}, now=now)
        except DamnitError as error:
            answer_request(con, request.id, RequestState.REFUSED, {"reason": str(error)}, now=now)
        else:
            answer_request(con, request.id, RequestState.DONE, answer, now=now)
    return Intake(intake.jobs, intake.stop, sweep)


def _reprocess(con: Connection, request: Request, intake: Intake, now: float) -> dict[str, Any]:
    payload = request.payload
    data = str(payload.get("data", "all"))
    if data not in ("raw", "proc", "all"):
        raise ValueError(f"data {data!r}")
    executor = payload.get("executor")
    wishes = Wishes.of(payload)
    ids = []
    for proposal, run, *names in payload["runs"]:
        wanted = names[0] if names else payload.get("variables")
        job = NewJob(
            RunKey(int(proposal), int(run)),
            data,
            None if wanted is None else tuple(map(str, wanted)),
            tuple(map(str, payload.get("match", ()))),
            executor=None if executor is None else Executor(executor),
            origin=JobOrigin.REQUEST,
            priority=int(payload.get("priority", 0)),
            user=request.user,
        )
        added = add_job(con, job, now=now)
        save_wishes(con, added.id, wishes)
        ids.append(added.id)
        if added.is_new:
            intake.jobs.append(added.id)
    return {"jobs": ids}


def _cancel(con: Connection, request: Request, intake: Intake, now: float) -> dict[str, Any]:
    reason = f"cancelled by {request.user}@{request.host}"
    cancelled = []
    for job in _jobs_meant(con, request.payload):
        if job.state in ACTIVE:
            intake.stop.append((job.id, reason))
            cancelled.append(job.id)
        elif set_state(con, job.id, JobState.CANCELLED, now=now, reason=reason):
            cancelled.append(job.id)
    return {"jobs": cancelled}


def _retry(con: Connection, request: Request, intake: Intake, now: float) -> dict[str, Any]:
    if request.payload.get("failed"):
        jobs = still_failed(load_jobs(con))
    else:
        jobs = _jobs_meant(con, request.payload)
    wishes = Wishes.of(request.payload)
    ids = []
    for job in jobs:
        added = retry_job(con, job.id, now=now, user=request.user)
        if added is not None:
            save_wishes(con, added.id, wishes)
            ids.append(added.id)
            if added.is_new:
                intake.jobs.append(added.id)
    return {"jobs": ids}


def _prioritise(con: Connection, request: Request, _intake: Intake, _now: float) -> dict[str, Any]:
    priority = int(request.payload["priority"])
    return {
        "jobs": [j for j in map(int, request.payload["jobs"]) if prioritise_job(con, j, priority)]
    }


def _combine(_con: Connection, _request: Request, _intake: Intake, _now: float) -> dict[str, Any]:
    return {}


def _jobs_meant(con: Connection, payload: dict[str, Any]) -> list[Job]:
    """The jobs with these numbers, or all that are not over of these runs."""
    if "jobs" in payload:
        found = [load_job(con, int(job_id)) for job_id in payload["jobs"]]
        return [job for job in found if job is not None]
    states = [JobState.QUEUED, *ACTIVE]
    return [
        job
        for proposal, run in payload["runs"]
        for job in load_jobs(con, states=states, key=RunKey(int(proposal), int(run)))
    ]


_Action = Callable[[Connection, Request, Intake, float], dict[str, Any]]
_ACTIONS: dict[RequestKind, _Action] = {
    RequestKind.REPROCESS: _reprocess,
    RequestKind.CANCEL: _cancel,
    RequestKind.RETRY: _retry,
    RequestKind.PRIORITISE: _prioritise,
    RequestKind.COMBINE: _combine,
}
