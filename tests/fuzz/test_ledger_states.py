"""The ledger through events in any order: each job runs once, and only one daemon writes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from damnit_daemon.ledger import (
    ArrivalState,
    Executor,
    JobOrigin,
    JobState,
    LeaseLost,
    Ledger,
    NewJob,
    Placement,
    ProcessId,
    acquire,
    add_job,
    add_job_for_arrival,
    load_arrivals,
    load_job,
    load_jobs,
    next_queued,
    note_cancel,
    pending_arrivals,
    record_arrival,
    recover,
    requeue,
    retry_job,
    set_state,
)
from damnit_daemon.model import RunKey
from damnit_daemon.model.arrival import Arrival, ArrivalSource
from tests.fuzz.budget import report, rounds

RUNS = st.integers(1, 3)
DATA = st.sampled_from(["raw", "proc"])
CHOICE = st.integers(0, 10**6)
OVER = [JobState.DONE, JobState.FAILED, JobState.CANCELLED]
WORKING = (JobState.SUBMITTED, JobState.RUNNING)
tally = {"steps": 0, "refused": 0}


class LedgerStates(RuleBasedStateMachine):
    """Daemons that come, go and stand still, and what they are told meanwhile."""

    def __init__(self):
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.ledger = Ledger(Path(self.place.name) / "daemon.sqlite")
        self.ledger.create()
        self.now = 1.7e9
        self.daemons = 0
        self.token = ""
        self.lost_tokens = []
        self.told = {}
        """Run and data of each arrival, by its key."""
        self.over = {}
        """State and reason of each job that is over; it stays so."""
        self.to_cancel = set()
        self.start()

    def teardown(self):
        self.place.cleanup()

    def writing(self):
        tally["steps"] += 1
        self.now += 1
        return self.ledger.writing(self.token)

    def jobs(self, *states):
        with self.ledger.reading() as con:
            return load_jobs(con, states=states or None)

    def one(self, choice, *states):
        found = self.jobs(*states)
        return found[choice % len(found)] if found else None

    @rule()
    def start(self):
        """A daemon takes over from one that died, and takes up what that left."""
        if self.token:
            self.lost_tokens.append(self.token)
        self.daemons += 1
        with self.ledger.writing() as con:
            process = ProcessId("host", self.daemons, "boot", str(self.daemons))
            self.token = acquire(con, process, now=self.now, alive=lambda _: False)
        before = {job.id: job for job in self.jobs(*WORKING)}
        with self.writing() as con:
            found = recover(con, now=self.now)
        elsewhere = {job.id for job in found.elsewhere}
        assert elsewhere == {n for n, job in before.items() if job.executor is Executor.SLURM}
        assert {number for number, _ in found.cancels} == elsewhere & self.to_cancel
        assert {job.id for job in self.jobs(*WORKING)} == elsewhere

    @precondition(lambda self: self.lost_tokens)
    @rule(choice=CHOICE)
    def write_late(self, choice):
        """A daemon that stood still and lost its lease."""
        token = self.lost_tokens[choice % len(self.lost_tokens)]
        with pytest.raises(LeaseLost), self.ledger.writing(token) as con:
            add_job(con, NewJob(RunKey(1234, 99)), now=self.now)
        tally["refused"] += 1

    @rule(run=RUNS, data=DATA, key=st.sampled_from("abcdef"), source=st.sampled_from(ArrivalSource))
    def arrive(self, run, data, key, source):
        arrival = Arrival(source, key, RunKey(1234, run), data, None, False)
        with self.writing() as con:
            is_new = record_arrival(con, arrival, now=self.now)
        assert is_new == ((source, key) not in self.told)
        self.told.setdefault((source, key), (run, data))

    @rule(keeps=st.booleans())
    def decide(self, keeps):
        """Make jobs of what arrived; the transaction may come to nothing."""
        try:
            with self.writing() as con:
                for found in pending_arrivals(con):
                    new = NewJob(found.arrival.run_key, found.arrival.data)
                    assert add_job_for_arrival(con, found.id, new, now=self.now)
                if not keeps:
                    raise InterruptedError
        except InterruptedError:
            return
        with self.ledger.reading() as con:
            assert pending_arrivals(con) == []

    @rule(run=RUNS, data=DATA, executor=st.sampled_from([None, *Executor]))
    def ask(self, run, data, executor):
        new = NewJob(RunKey(1234, run), data, executor=executor, origin=JobOrigin.REQUEST)
        with self.writing() as con:
            add_job(con, new, now=self.now)

    @rule(executor=st.sampled_from(Executor), number=st.integers(1, 3), submits=st.booleans())
    def begin(self, executor, number, submits):
        with self.writing() as con:
            for job in next_queued(con, limit=number):
                state = JobState.SUBMITTED if submits else JobState.RUNNING
                place = Placement(executor)
                assert set_state(con, job.id, state, now=self.now, placement=place)
                assert load_job(con, job.id).attempt == job.attempt + 1

    @rule(choice=CHOICE, state=st.sampled_from(OVER), late=st.booleans())
    def end(self, choice, state, late):
        job = self.one(choice, *WORKING)
        if job is None:
            return
        attempt = job.attempt - late
        with self.writing() as con:
            told = set_state(con, job.id, state, now=self.now, reason="x", attempt=attempt)
        assert told is (not late)

    @rule(choice=CHOICE, state=st.sampled_from([JobState.RUNNING, *OVER]))
    def tell_twice(self, choice, state):
        job = self.one(choice, *OVER)
        if job is not None:
            with self.writing() as con:
                assert not set_state(con, job.id, state, now=self.now, reason="again")

    @rule(choice=CHOICE)
    def interrupt(self, choice):
        job = self.one(choice, *WORKING)
        if job is None:
            return
        with self.writing() as con:
            carried_on = requeue(con, job.id, now=self.now, reason="interrupted")
        assert (carried_on is None) == (job.id in self.to_cancel)
        with self.ledger.reading() as con:
            if carried_on is not None:
                assert load_job(con, carried_on).state is JobState.QUEUED
            else:
                assert load_job(con, job.id).state is JobState.CANCELLED

    @rule(choice=CHOICE)
    def cancel_later(self, choice):
        """A cancel that Slurm or a process has still to be told of."""
        job = self.one(choice, *WORKING)
        if job is not None:
            with self.writing() as con:
                note_cancel(con, job.id, "no longer wanted")
            self.to_cancel.add(job.id)

    @rule(choice=CHOICE)
    def retry(self, choice):
        job = self.one(choice)
        if job is not None:
            with self.writing() as con:
                assert (retry_job(con, job.id, now=self.now) is not None) == job.state.is_over

    @invariant()
    def each_arrival_is_there_once(self):
        with self.ledger.reading() as con:
            found = [each for run in range(1, 4) for each in load_arrivals(con, RunKey(1234, run))]
        arrivals = {
            (each.arrival.source, each.arrival.key): (each.arrival.run_key.run, each.arrival.data)
            for each in found
        }
        assert arrivals == self.told
        assert len(found) == len(self.told)

    @invariant()
    def what_was_accepted_has_a_job_that_comes_to_an_end(self):
        jobs = {job.id: job for job in self.jobs()}
        with self.ledger.reading() as con:
            found = [each for run in range(1, 4) for each in load_arrivals(con, RunKey(1234, run))]
        for each in found:
            assert (each.state is ArrivalState.ACCEPTED) == (each.job_id is not None)
            if each.job_id is not None:
                job = jobs[each.job_id]
                assert (job.run_key, job.data) == (each.arrival.run_key, each.arrival.data)
                while job.merged_into is not None:
                    assert job.state is JobState.CANCELLED
                    job = jobs[job.merged_into]

    @invariant()
    def nothing_waits_twice(self):
        jobs = self.jobs(JobState.QUEUED)
        work = {(job.run_key, job.data, job.cluster, job.wanted_executor) for job in jobs}
        assert len(work) == len(jobs)

    @invariant()
    def what_is_over_stays_as_it_is(self):
        found = {job.id: (job.state, job.reason) for job in self.jobs(*OVER)}
        assert found.items() >= self.over.items()
        self.over = found
        self.to_cancel -= found.keys()


def test_ledger_keeps_its_invariants_for_events_in_any_order():
    for _ in rounds(1):
        run_machine(
            LedgerStates,
            settings=settings(
                max_examples=12, stateful_step_count=30, deadline=None, database=None
            ),
        )
    report(
        "ledger: steps", tried=tally["steps"] + tally["refused"], survived=tally["steps"],
        told=tally["refused"], wrong=0,
    )  # fmt: skip
