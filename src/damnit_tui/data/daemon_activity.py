"""The daemon's activity as plain values and sentences for the screen; read elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from enum import Enum, auto
from types import MappingProxyType
from typing import NamedTuple

from damnit_daemon.model import RunKey
from damnit_daemon.model.advance import Advance
from damnit_daemon.model.growing_runs import GrowingRun
from damnit_daemon.text import count_of, format_span

from ..sanitize import visible

RUNNING = "⚙"
QUEUED = "⋮"
STOPPED = "⚠"
GROWING = "↗"
UNREADABLE = "!"
LOST_S = 60.0
"""A daemon that has not reported for this long counts as lost; others may take over."""


class DaemonStatus(NamedTuple):
    """The daemon that holds the folder, as far as can be seen from here."""

    host: str
    since: float
    """Start time, Unix seconds by the daemon's clock."""
    heard_at: float
    """When it last reported, Unix seconds by this machine's clock."""
    is_ready: bool = True
    is_dead: bool = False
    """True if its process is gone; known only on the same machine."""

    def is_lost(self, now: float) -> bool:
        """Return True if the daemon must be presumed gone."""
        return self.is_dead or now - self.heard_at > LOST_S


class RunJob(NamedTuple):
    """An unfinished job: one run is being, or will be, computed."""

    data: str
    """`raw`, `proc` or `all`."""
    began_at: float | None = None
    """Unix seconds; None while it is queued."""
    host: str = ""
    ahead: int = 0
    """Number of jobs before it, if queued."""
    names: frozenset[str] | None = None
    """The variables it computes, as far as known; None for any."""
    computing: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    reason: str = ""
    """Why it waits, or waits again."""
    in_slurm: bool = False
    """True if it continues without the daemon."""
    is_submitted: bool = False
    """True if it was submitted to Slurm, even if not started."""
    advances: Mapping[str, Advance] = MappingProxyType({})
    """Progress of the variables being computed, as far as their functions report it."""

    @property
    def is_running(self) -> bool:
        """True if it has started."""
        return self.began_at is not None

    def may_compute(self, name: str) -> bool:
        """Return True if it may compute a variable; `start_time` is always computed."""
        return self.names is None or name in self.names or name == "start_time"

    def stopped_sentence(self, name: str) -> str:
        """Describe how far the job was when its daemon was lost."""
        host = visible(self.host)
        if name in self.computing:
            sentence = f"was running on {host} when the daemon was lost"
        elif self.computing:
            sentence = (
                f"its job was at {visible(self.computing[0])} when the daemon on {host} was lost"
            )
        else:
            sentence = f"its job had started when the daemon on {host} was lost"
        return f"{sentence}; the next daemon reruns it"

    def sentence(self, name: str, now: float) -> str:
        """Describe the job for a variable that has no value yet."""
        if self.is_submitted:
            return f"submitted to Slurm: {visible(self.reason) or 'not started yet'}"
        if self.began_at is None:
            place = (
                f"queued behind {count_of(self.ahead, 'job')}"
                if self.ahead
                else "next in the queue"
            )
            return f"{place}: {visible(self.reason)}" if self.reason else place
        ran = f"running for {format_span(now - self.began_at)} on {visible(self.host)}"
        if not self.total:
            return f"{ran}, reading the context file"
        progress = f"({min(self.done + 1, self.total)} of {self.total})"
        if name in self.computing:
            return f"computing {progress}{self._advance(name, now)}, {ran}"
        if self.computing:
            first = self.computing[0]
            return f"{ran}, computing {visible(first)} {progress}{self._advance(first, now)}"
        return f"{ran}, {self.done} of {self.total} done"

    def _advance(self, name: str, now: float) -> str:
        advance = self.advances.get(name)
        return "" if advance is None else f": {visible(advance.sentence(now))}"


class DaemonCondition(Enum):
    """The condition of the daemon at a glance."""

    ABSENT = auto()
    UNCERTAIN = auto()
    """It is starting, or its state cannot be read."""
    BROKEN = auto()
    """It is lost, or hears of no new runs."""
    WORKING = auto()


class DaemonActivity(NamedTuple):
    """A snapshot of the ledger."""

    is_known: bool = False
    """True once the ledger was read."""
    problem: str = ""
    """Why the ledger could not be read; the last known state is kept."""
    daemon: DaemonStatus | None = None
    running: int = 0
    queued: int = 0
    runs: Mapping[RunKey, tuple[RunJob, ...]] = MappingProxyType({})
    """The jobs of each run, running ones first."""
    failures: Mapping[RunKey, str] = MappingProxyType({})
    """Runs whose last job failed, with the reason."""
    growing: Mapping[RunKey, tuple[GrowingRun, ...]] = MappingProxyType({})
    """Runs whose files are still arriving."""
    unreadable: Mapping[RunKey, str] = MappingProxyType({})
    """Runs with unreadable files, with their names."""
    deaf: str = ""
    """Why the daemon cannot receive broker messages; empty if it can, or need not."""
    is_abandoned: bool = False
    """True if no daemon is running: its work is halted, except in Slurm."""

    def mark(self, key: RunKey) -> str:
        """The mark next to a run's number."""
        jobs = self.runs.get(key)
        if not jobs:
            grows = key in self.growing and not self.is_abandoned
            return GROWING if grows else UNREADABLE if key in self.unreadable else ""
        if not jobs[0].is_running:
            return QUEUED
        return RUNNING if any(map(self.goes_on, jobs)) else STOPPED

    def goes_on(self, job: RunJob) -> bool:
        """Return True if a job is being worked on now."""
        return job.is_running and (job.in_slurm or not self.is_abandoned)

    def is_computing(self, key: RunKey, name: str) -> bool:
        """Return True if a variable is being computed now."""
        return name in self.computing(key)

    def computing(self, key: RunKey) -> tuple[str, ...]:
        """The variables of a run that are being computed now."""
        going = (job for job in self.runs.get(key, ()) if self.goes_on(job))
        return tuple(dict.fromkeys(name for job in going for name in job.computing))

    def advance(self, key: RunKey, name: str) -> Advance | None:
        """Return the progress of a variable being computed, if its function reports any."""
        going = (job for job in self.runs.get(key, ()) if self.goes_on(job))
        return next((job.advances[name] for job in going if name in job.advances), None)

    def appearance(self, key: RunKey) -> object:
        """A value that compares equal as long as a run's line looks the same."""
        names = self.computing(key)
        return self.mark(key), names, [self.advance(key, name) for name in names]

    def changed_runs(self, before: DaemonActivity) -> set[RunKey]:
        """The runs whose lines look different now."""
        keys = self.runs.keys() | before.runs.keys() | self.growing.keys() | before.growing.keys()
        keys |= self.unreadable.keys() ^ before.unreadable.keys()
        return {key for key in keys if self.appearance(key) != before.appearance(key)}

    def sentence(self, key: RunKey, name: str, now: float) -> str:
        """Explain why a cell has no value yet; empty if the daemon is not the reason."""
        for job in self.runs.get(key, ()):
            if job.may_compute(name):
                if job.is_running and not self.goes_on(job):
                    return job.stopped_sentence(name)
                sentence = job.sentence(name, now)
                works = self._works(now) or job.in_slurm
                return sentence if works else f"{sentence}; no daemon is running"
        if growing := self.growing_sentence(key, now):
            return growing
        reason = self.failures.get(key, "")
        if reason:
            return f"✗ its job failed: {visible(reason)}"
        return visible(self.unreadable.get(key, ""))

    def growing_sentence(self, key: RunKey, now: float) -> str:
        """Describe how a run's files arrive; empty if none are arriving."""
        if self.is_abandoned:
            return ""
        return visible("; ".join(each.sentence(now) for each in self.growing.get(key, ())))

    def state(
        self, now: float, *, brief: bool = False, zone: tzinfo | None = None
    ) -> tuple[str, DaemonCondition]:
        """Return the daemon's status in words, and its condition."""
        daemon = self.daemon
        if not self.is_known:
            return "", DaemonCondition.ABSENT
        if daemon is None and self.problem:
            return "? daemon unknown", DaemonCondition.UNCERTAIN
        if daemon is None:
            return "○ no daemon", DaemonCondition.ABSENT
        if daemon.is_lost(now):
            since = _clock_time(daemon.heard_at, zone)
            return f"✗ daemon lost since {since}", DaemonCondition.BROKEN
        host = "" if brief else f" {visible(daemon.host)}"
        if not daemon.is_ready:
            return f"◐ daemon starting{host and ' on' + host}", DaemonCondition.UNCERTAIN
        if self.deaf:
            return f"⚠ broker, daemon{host}", DaemonCondition.BROKEN
        return f"● daemon{host}", DaemonCondition.WORKING

    def counts(self) -> str:
        """Number of running and queued jobs; empty if there are none."""
        growing = 0 if self.is_abandoned else len(self.growing)
        numbers = ((self.running, "running"), (self.queued, "queued"), (growing, "growing"))
        return " · ".join(f"{number} {word}" for number, word in numbers if number)

    def _works(self, now: float) -> bool:
        return self.daemon is not None and not self.daemon.is_lost(now)


def _clock_time(at: float, zone: tzinfo | None) -> str:
    try:
        return f"{datetime.fromtimestamp(at, zone):%H:%M}"
    except (ValueError, OverflowError, OSError):
        return "?"
