"""Random orders of events: each arrival is processed once, by a job started after it."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from damnit_daemon.ledger import (
    ACTIVE,
    ArrivalState,
    JobOrigin,
    JobState,
    LeaseLost,
    Ledger,
    NewJob,
    Outcome,
    RequestKind,
    RequestState,
    VariableProgress,
    acquire,
    add_job,
    add_job_for_arrival,
    add_request,
    answer_request,
    load_arrived_data,
    load_job,
    load_jobs,
    load_progress,
    load_request,
    next_queued,
    pending_arrivals,
    prioritise_job,
    prune,
    record_arrival,
    recover,
    renew,
    requeue,
    retry_job,
    save_progress,
    set_state,
    take_requests,
)

from .builders import NOW, arrival, run_key
from .conftest import HERE

pytestmark = pytest.mark.extended

MEMORY = Path("/dev/shm")
RUNS = st.integers(1, 3)
DATA = st.sampled_from(["raw", "proc"])
BEGIN = st.sampled_from([JobState.SUBMITTED, JobState.RUNNING])
CRASHES = st.sampled_from([False, False, True])


class Crash(BaseException):
    """The daemon ends here."""


class Daemons(RuleBasedStateMachine):
    """One daemon after the other at work in a folder, each ended at some point."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.ledger = Ledger(Path(self.folder.name) / "daemon.sqlite")
        self.ledger.create()
        self.now = NOW
        self.step = 0
        # What really happened, as somebody sees it who never crashes.
        self.told = {}
        self.asked = {}
        self.begun = {}
        self.finished = Counter()
        self.given_up = set()
        self.old_tokens = []
        self.late = []
        # What the daemon remembers.
        self.token = None
        self.at_work = {}
        self.taken = []
        self.restart()

    def teardown(self):
        try:
            self.finish()
        finally:
            self.folder.cleanup()

    def transaction(self, work, *, crash=False):
        """Do something in one transaction; what came of it, None if it crashed at the end."""
        self.step += 1
        try:
            with self.ledger.writing(self.token) as con:
                result = work(con)
                if crash:
                    raise Crash
        except Crash:
            self.restart()
            return None
        return result

    @rule()
    def restart(self):
        if self.token:
            self.old_tokens.append(self.token)
            self.late += self.at_work.items()
        with self.ledger.writing() as con:
            self.token = acquire(con, HERE, now=self.now, alive=lambda process: False)
        self.at_work, self.taken = {}, []
        with self.ledger.writing(self.token) as con:
            recover(con, now=self.now)

    @rule(seconds=st.sampled_from([1.0, 60.0, -3600.0]))
    def pass_time(self, seconds):
        self.now += seconds
        self.transaction(lambda con: renew(con, self.token, now=self.now))

    @rule(run=RUNS, data=DATA, key=st.integers(1, 3), crash=CRASHES)
    def tell(self, run, data, key, crash):
        told = arrival(run, data, key=f"{run}/{data}/{key}", at=self.now)
        is_new = self.transaction(lambda con: record_arrival(con, told, now=self.now), crash=crash)
        if is_new is not None:
            assert is_new == (told.key not in self.told)
            self.told.setdefault(told.key, (run, data, self.step))

    @rule(crash=CRASHES)
    def decide(self, crash):
        def accept(con):
            for found in pending_arrivals(con):
                key, data = found.arrival.run_key, found.arrival.data
                job = NewJob(key, data, arrived_at=found.arrival.event_at)
                assert add_job_for_arrival(con, found.id, job, now=self.now)
                assert add_job_for_arrival(con, found.id, job, now=self.now) is None

        self.transaction(accept, crash=crash)

    @rule(run=RUNS, data=DATA, key=st.integers(1, 3), through=BEGIN)
    def tell_and_begin(self, run, data, key, through):
        """What happens most of the time."""
        self.tell(run, data, key, crash=False)
        self.decide(crash=False)
        self.begin(through, crash=False)

    @rule(run=RUNS)
    def ask(self, run):
        self.step += 1
        with self.ledger.writing() as con:
            payload = {"run": run}
            kind = RequestKind.REPROCESS
            asked = add_request(con, kind, payload, user="me", host="x", now=self.now)
        self.asked[asked] = (run, "raw", self.step)

    @rule(crash=CRASHES)
    def take_requests(self, crash):
        taken = self.transaction(lambda con: take_requests(con, now=self.now), crash=crash)
        self.taken += taken or []

    @precondition(lambda self: self.taken)
    @rule(crash=CRASHES)
    def answer(self, crash):
        request = self.taken.pop()

        def queue_and_answer(con):
            job = NewJob(run_key(request.payload["run"]), "raw", origin=JobOrigin.REQUEST)
            answer = {"job": add_job(con, job, now=self.now).id}
            assert answer_request(con, request.id, RequestState.DONE, answer, now=self.now)

        self.transaction(queue_and_answer, crash=crash)

    @rule(through=BEGIN, crash=CRASHES)
    def begin(self, through, crash):
        def start(con):
            for job in next_queued(con):
                assert set_state(con, job.id, through, now=self.now)
                return load_job(con, job.id)
            return None

        if (job := self.transaction(start, crash=crash)) is not None:
            self.at_work[job.id] = job.attempt
            self.begun[job.id] = self.step

    @precondition(lambda self: self.at_work)
    @rule(choice=st.randoms(use_true_random=False), crash=CRASHES)
    def progress(self, choice, crash):
        job_id = choice.choice(sorted(self.at_work))
        news = [VariableProgress(job_id, "v", Outcome.DONE, self.now, 1.0)]
        self.transaction(lambda con: save_progress(con, news), crash=crash)

    @precondition(lambda self: self.at_work)
    @rule(choice=st.randoms(use_true_random=False), fails=st.booleans(), crash=CRASHES)
    def end(self, choice, fails, crash):
        job_id = choice.choice(sorted(self.at_work))
        attempt = self.at_work.pop(job_id)
        state = JobState.FAILED if fails else JobState.DONE

        def finish(con):
            return set_state(con, job_id, state, now=self.now, attempt=attempt)

        if self.transaction(finish, crash=crash):
            self.finished[job_id] += 1
        elif not crash:
            assert job_id in self.given_up

    @precondition(lambda self: self.at_work)
    @rule(choice=st.randoms(use_true_random=False), crash=CRASHES)
    def lose_runner(self, choice, crash):
        job_id = choice.choice(sorted(self.at_work))
        attempt = self.at_work.pop(job_id)
        self.late.append((job_id, attempt))
        self.transaction(
            lambda con: requeue(con, job_id, now=self.now, reason="the runner died"), crash=crash
        )
        self.begin(JobState.RUNNING, crash=False)

    @precondition(lambda self: self.late)
    @rule()
    def hear_late_news(self):
        def tell(con):
            for job_id, attempt in self.late:
                done = JobState.DONE
                assert not set_state(con, job_id, done, now=self.now, attempt=attempt)

        self.transaction(tell)

    @rule(number=st.integers(1, 9), crash=CRASHES)
    def cancel(self, number, crash):
        cancelled = JobState.CANCELLED
        if self.transaction(
            lambda con: set_state(con, number, cancelled, now=self.now), crash=crash
        ):
            self.given_up.add(number)

    @rule(number=st.integers(1, 9), crash=CRASHES)
    def retry(self, number, crash):
        self.transaction(lambda con: retry_job(con, number, now=self.now), crash=crash)

    @rule(number=st.integers(1, 9))
    def prioritise_and_prune(self, number):
        self.transaction(lambda con: prioritise_job(con, number, 5))
        pruned = self.transaction(lambda con: prune(con, keep_progress=0))
        assert pruned.jobs == 0

    @precondition(lambda self: self.old_tokens)
    @rule()
    def revive_an_old_daemon(self):
        before = self.ledger.path.read_bytes()
        for token in self.old_tokens:
            with pytest.raises(LeaseLost), self.ledger.writing(token) as con:
                recover(con, now=self.now)
        assert self.ledger.path.read_bytes() == before

    @invariant()
    def nothing_is_there_twice(self):
        with self.ledger.reading() as con:
            jobs = load_jobs(con)
            seen = load_arrived_data(con).data
            progress = {job.id: load_progress(con, job.id) for job in jobs}
        assert seen == {(run_key(run), data) for run, data, _ in self.told.values()}
        queued = [(job.run_key, job.data) for job in jobs if job.state is JobState.QUEUED]
        assert len(queued) == len(set(queued))
        assert {job.id for job in jobs if job.state in ACTIVE} == self.at_work.keys() - (
            self.given_up
        )
        for job in jobs:
            ended = job.state in {JobState.DONE, JobState.FAILED}
            assert self.finished[job.id] == ended
            assert job.variables_total in (0, 1)
            assert len(progress[job.id]) in (0, job.variables_total)

    def finish(self):
        """A last daemon that nothing ends does what is owed."""
        self.restart()
        self.decide(crash=False)
        self.take_requests(crash=False)
        while self.taken:
            self.answer(crash=False)
        for _ in range(10_000):
            self.begin(JobState.RUNNING, crash=False)
            if not self.at_work:
                break
            self.end(Random(0), fails=False, crash=False)
        self.nothing_is_there_twice()
        with self.ledger.reading() as con:
            self.check_that_all_was_done(con)

    def check_that_all_was_done(self, con):
        jobs = {job.id: job for job in load_jobs(con)}
        assert all(job.state.is_over for job in jobs.values())
        assert pending_arrivals(con) == []
        owed = {}
        for number, (run, data, step) in self.asked.items():
            request = load_request(con, number)
            assert request.state is RequestState.DONE
            owed[number] = (jobs[request.answer["job"]], run, data, step)
        rows = con.execute("SELECT key, state, job_id FROM arrivals").fetchall()
        assert sorted(key for key, _, _ in rows) == sorted(self.told)
        for key, state, job_id in rows:
            assert state == ArrivalState.ACCEPTED
            owed[key] = (jobs[job_id], *self.told[key])
        for job, run, data, step in owed.values():
            assert (job.run_key, job.data) == (run_key(run), data)
            while job.merged_into is not None:
                job = jobs[job.merged_into]
            if job.id not in self.given_up:
                assert job.state in {JobState.DONE, JobState.FAILED}
                assert self.begun[job.id] > step


Daemons.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestWhatIsOwed = Daemons.TestCase
