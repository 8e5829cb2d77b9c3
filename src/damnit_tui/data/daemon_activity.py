"""What the daemon is at, as the screen tells it: plain facts, read elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import NamedTuple

from damnit_daemon.model import RunKey
from damnit_daemon.model.growing_runs import GrowingRun

from ..format import format_span
from ..sanitize import visible

RUNNING = "⚙"
QUEUED = "⋮"
STOPPED = "⚠"
GROWING = "↗"
UNREADABLE = "!"
LOST_S = 60.0
"""A daemon of which nothing was heard for so long is called lost; others may take over then."""


class DaemonSeen(NamedTuple):
    """Who works in the folder, as far as can be seen from here."""

    host: str
    since: float
    """When it began, Unix seconds by its clock."""
    heard_at: float
    """When it was last seen to do something, Unix seconds by ours."""
    is_ready: bool = True
    is_dead: bool = False
    """Its process is gone; known only on the same machine."""

    def is_lost(self, now: float) -> bool:
        """Whether it has to be thought gone."""
        return self.is_dead or now - self.heard_at > LOST_S


class RunJob(NamedTuple):
    """A job that is not over: one run is, or will be, computed."""

    data: str
    """`raw`, `proc` or `all`."""
    began_at: float | None = None
    """Unix seconds; None while it is queued."""
    host: str = ""
    ahead: int = 0
    """How many jobs come before it; of those queued."""
    names: frozenset[str] | None = None
    """The variables it is about, as far as is known; None: any."""
    computing: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    reason: str = ""
    """Why it waits, or waits again."""
    in_slurm: bool = False
    """Whether it goes on without the daemon."""
    is_submitted: bool = False
    """Whether Slurm has it, though it has not begun."""

    @property
    def is_running(self) -> bool:
        """Whether it has begun."""
        return self.began_at is not None

    def may_compute(self, name: str) -> bool:
        """Whether a variable may come of it; when the run began does in any case."""
        return self.names is None or name in self.names or name == "start_time"

    def stopped_sentence(self, name: str) -> str:
        """Say how far it was when its daemon was lost."""
        host = visible(self.host)
        if name in self.computing:
            told = f"was being computed on {host} when the daemon was lost"
        elif self.computing:
            told = f"its job was at {visible(self.computing[0])} when the daemon on {host} was lost"
        else:
            told = f"its job had begun when the daemon on {host} was lost"
        return f"{told}: the next daemon does it again"

    def sentence(self, name: str, now: float) -> str:
        """Say what it means for a variable that has no value yet."""
        if self.is_submitted:
            return f"submitted to Slurm: {visible(self.reason) or 'it has not begun yet'}"
        if self.began_at is None:
            place = f"queued behind {_count(self.ahead, 'job')}" if self.ahead else "queued as next"
            return f"{place}: {visible(self.reason)}" if self.reason else place
        ran = f"running for {format_span(now - self.began_at)} on {visible(self.host)}"
        if not self.total:
            return f"{ran}, reading the context file"
        progress = f"({min(self.done + 1, self.total)} of {self.total})"
        if name in self.computing:
            return f"being computed {progress}, {ran}"
        if self.computing:
            return f"{ran}, computing {visible(self.computing[0])} {progress}"
        return f"{ran}, {self.done} of {self.total} done"


class DaemonActivity(NamedTuple):
    """All that the ledger says, at one moment."""

    is_known: bool = False
    """Somebody has looked."""
    problem: str = ""
    """Why the ledger could not be read; what it said last is kept."""
    daemon: DaemonSeen | None = None
    running: int = 0
    queued: int = 0
    runs: Mapping[RunKey, tuple[RunJob, ...]] = MappingProxyType({})
    """The jobs of each run, those that have begun first."""
    failures: Mapping[RunKey, str] = MappingProxyType({})
    """Runs of which the last job failed, and why."""
    growing: Mapping[RunKey, tuple[GrowingRun, ...]] = MappingProxyType({})
    """Runs whose files still come."""
    unreadable: Mapping[RunKey, str] = MappingProxyType({})
    """Runs with files that cannot be read, and which."""
    deaf: str = ""
    """Why the daemon cannot hear the broker; empty if it can, or need not."""
    is_abandoned: bool = False
    """No daemon works: what it was at stands still, except in Slurm."""

    def mark(self, key: RunKey) -> str:
        """What stands beside a run's number."""
        jobs = self.runs.get(key)
        if not jobs:
            grows = key in self.growing and not self.is_abandoned
            return GROWING if grows else UNREADABLE if key in self.unreadable else ""
        if not jobs[0].is_running:
            return QUEUED
        return RUNNING if any(map(self.goes_on, jobs)) else STOPPED

    def goes_on(self, job: RunJob) -> bool:
        """Whether somebody is at a job at this moment."""
        return job.is_running and (job.in_slurm or not self.is_abandoned)

    def is_computing(self, key: RunKey, name: str) -> bool:
        """Whether a variable is being computed at this moment."""
        return name in self.computing(key)

    def computing(self, key: RunKey) -> tuple[str, ...]:
        """The variables of a run that are being computed at this moment."""
        going = (job for job in self.runs.get(key, ()) if self.goes_on(job))
        return tuple(dict.fromkeys(name for job in going for name in job.computing))

    def look(self, key: RunKey) -> object:
        """Something that is equal while a run's line looks the same."""
        return self.mark(key), self.computing(key)

    def changed_runs(self, before: DaemonActivity) -> set[RunKey]:
        """The runs whose lines look different now."""
        keys = self.runs.keys() | before.runs.keys() | self.growing.keys() | before.growing.keys()
        keys |= self.unreadable.keys() ^ before.unreadable.keys()
        return {key for key in keys if self.look(key) != before.look(key)}

    def sentence(self, key: RunKey, name: str, now: float) -> str:
        """Say why a cell has no value yet; empty if the daemon has nothing to do with it."""
        for job in self.runs.get(key, ()):
            if job.may_compute(name):
                if job.is_running and not self.goes_on(job):
                    return job.stopped_sentence(name)
                said = job.sentence(name, now)
                works = self._works(now) or job.in_slurm
                return said if works else f"{said}; no daemon works"
        if growing := self.growing_sentence(key, now):
            return growing
        reason = self.failures.get(key, "")
        if reason:
            return f"✗ its job failed: {visible(reason)}"
        return visible(self.unreadable.get(key, ""))

    def growing_sentence(self, key: RunKey, now: float) -> str:
        """Say how the files of a run come; empty if they do not."""
        if self.is_abandoned:
            return ""
        return visible("; ".join(each.sentence(now) for each in self.growing.get(key, ())))

    def state(
        self, now: float, *, brief: bool = False, zone: tzinfo | None = None
    ) -> tuple[str, str]:
        """Say how the daemon is, and in which of the styles of the status lines."""
        daemon = self.daemon
        if not self.is_known:
            return "", "quiet"
        if daemon is None and self.problem:
            return "? daemon unknown", "mark"
        if daemon is None:
            return "○ no daemon", "quiet"
        if daemon.is_lost(now):
            return f"✗ daemon lost since {_clock_time(daemon.heard_at, zone)}", "trouble"
        host = "" if brief else f" {visible(daemon.host)}"
        if not daemon.is_ready:
            return f"◐ daemon starting{host and ' on' + host}", "mark"
        if self.deaf:
            return f"⚠ broker, daemon{host}", "trouble"
        return f"● daemon{host}", "news"

    def counts(self) -> str:
        """How much there is to do; empty for nothing."""
        growing = 0 if self.is_abandoned else len(self.growing)
        numbers = ((self.running, "running"), (self.queued, "queued"), (growing, "growing"))
        return " · ".join(f"{number} {word}" for number, word in numbers if number)

    def _works(self, now: float) -> bool:
        return self.daemon is not None and not self.daemon.is_lost(now)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _clock_time(at: float, zone: tzinfo | None) -> str:
    try:
        return f"{datetime.fromtimestamp(at, zone):%H:%M}"
    except (ValueError, OverflowError, OSError):
        return "?"
