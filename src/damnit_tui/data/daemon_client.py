"""What people want of the daemon, written into the ledger; its answer, as a sentence."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    CancelRequest,
    Executor,
    JobOptions,
    Ledger,
    PrioritiseRequest,
    ReprocessRequest,
    Request,
    RequestState,
    RetryRequest,
    TypedRequest,
    answered_jobs,
    ask,
    is_alive,
    load_lease,
    load_request,
)
from damnit_daemon.model import RunKey
from damnit_daemon.run_ranges import format_run_ranges

from ..sanitize import visible

ANSWER_S = 4.0
"""A daemon looks for requests twice a second."""
LOOK_S = 0.1
NOBODY = "Noted, but no daemon runs here: it is done when one starts. D, then s starts it."


@dataclass(frozen=True)
class RequestResult:
    """What became of a request."""

    text: str
    is_good: bool = True

    @property
    def severity(self) -> Literal["information", "warning"]:
        """How loudly it is said."""
        return "information" if self.is_good else "warning"


class DaemonClient:
    """Writes requests and waits a moment for the answer: only for workers."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def reprocess(
        self,
        runs: Sequence[RunKey] | Mapping[RunKey, Collection[str]],
        *,
        variables: Collection[str] | None = None,
        data: str = "all",
        executor: str | None = None,
    ) -> RequestResult:
        """Have runs processed.

        Args:
            runs: Which; with names: only these variables of each.
            variables: Only these, of all; None: all.
            data: `raw`, `proc` or `all`: which variables, by the data they need.
            executor: `local` or `slurm`; None: as is set.
        """
        by_run = runs if isinstance(runs, Mapping) else {}
        request = ReprocessRequest(
            tuple((key, tuple(sorted(by_run[key])) if key in by_run else None) for key in runs),
            data,
            None if variables is None else tuple(sorted(variables)),
            executor=None if executor is None else Executor(executor),
        )
        return self._ask(request, "queued")

    def cancel(self, jobs: Sequence[int]) -> RequestResult:
        """Have jobs cancelled; what they have computed is kept."""
        return self._ask(CancelRequest(jobs=tuple(jobs)), "cancelled")

    def cancel_runs(self, runs: Sequence[RunKey]) -> RequestResult:
        """Have all jobs of runs cancelled."""
        return self._ask(CancelRequest(runs=tuple(runs)), "cancelled")

    def retry(
        self, jobs: Sequence[int], *, memory: str = "", time_limit: str = ""
    ) -> RequestResult:
        """Have jobs done once more, with other limits if they are given."""
        try:
            request = RetryRequest(tuple(jobs), options=JobOptions(memory, time_limit))
        except DamnitError as error:
            return RequestResult(str(error), is_good=False)
        return self._ask(request, "queued again")

    def prioritise(self, job: int, priority: int) -> RequestResult:
        """Have a job done before, or after, others that were asked for."""
        return self._ask(PrioritiseRequest((job,), priority), f"priority {priority}")

    def _ask(self, request: TypedRequest, done: str) -> RequestResult:
        try:
            self._ledger.create()
            number = ask(self._ledger, request)
            if not self._has_daemon():
                return RequestResult(NOBODY, is_good=False)
            answer = self._wait(number)
        except DamnitError as error:
            return RequestResult(" ".join(filter(None, [error.message, error.hint])), is_good=False)
        if answer is None:
            return RequestResult(
                "Noted. The daemon has not answered yet; it does it as soon as it can."
            )
        if answer.state is RequestState.REFUSED:
            return RequestResult(
                f"The daemon refused: {visible(str(answer.answer.get('reason', '')))}", False
            )
        jobs = answered_jobs(answer)
        if not jobs:
            return RequestResult(
                "There was nothing to do: no such job waits or runs.", is_good=False
            )
        return RequestResult(
            f"{'Job' if len(jobs) == 1 else 'Jobs'} {format_run_ranges(jobs)}: {done}."
        )

    def _has_daemon(self) -> bool:
        """Whether one has taken the folder, and is not known to have ended."""
        with self._ledger.reading() as con:
            lease = load_lease(con)
        return lease is not None and is_alive(lease.holder) is not False

    def _wait(self, number: int) -> Request | None:
        give_up_at = time.monotonic() + ANSWER_S
        while True:
            with self._ledger.reading() as con:
                request = load_request(con, number)
            if request is not None and request.is_over:
                return request
            if time.monotonic() >= give_up_at:
                return None
            time.sleep(LOOK_S)
