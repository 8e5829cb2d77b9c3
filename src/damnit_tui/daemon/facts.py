"""The daemon's status in labelled lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from damnit_daemon.ledger import Executor, Job, JobState
from damnit_daemon.model.consumer_health import parse_consumer_health
from damnit_daemon.model.growing_runs import parse_growing
from damnit_daemon.settings import KNOWN, Setting
from damnit_daemon.supervise import DaemonProbe, DaemonState
from damnit_daemon.text import count_of, format_span

from ..data.folder_warnings import FolderWarnings
from ..format import format_full_time
from ..sanitize import visible

MARKS = {
    DaemonState.WORKING: "● running",
    DaemonState.STARTING: "◐ starting",
    DaemonState.CRASHED: "✗ crashed",
    DaemonState.SILENT: "✗ not responding",
    DaemonState.STOPPED: "○ stopped",
}
FACTS = ("growing", "settle_s", "consumer")
"""Entries of the daemon's info that have lines of their own."""
ROLES = {
    DaemonState.WORKING: "success",
    DaemonState.STARTING: "mark",
    DaemonState.CRASHED: "error",
    DaemonState.SILENT: "error",
    DaemonState.STOPPED: "quiet",
}


@dataclass(frozen=True)
class DaemonFacts:
    """The collected state of the daemon."""

    seen: DaemonProbe = field(default_factory=DaemonProbe)
    settings: Mapping[str, object] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    jobs: Sequence[Job] = ()
    """The unfinished jobs."""
    problem: str = ""
    """What could not be read, and why."""
    warnings: FolderWarnings = field(default_factory=FolderWarnings)

    def lines(self, now: float, zone: tzinfo | None = None) -> list[tuple[str, str]]:
        """Return the status as labelled lines."""
        seen = self.seen
        # Problems come first: on a small screen the end is cut off.
        found = [("Daemon", MARKS[seen.state(now)]), *self.warnings.lines()]
        if seen.lease is not None:
            holder = seen.lease.holder
            found += [
                ("Process", f"{holder.pid} on {visible(holder.host)}"),
                ("Running since", format_full_time(seen.lease.since, zone)),
                ("Last heartbeat", f"{format_span(now - seen.lease.beat_at)} ago"),
            ]
            found += self._info(seen.lease.info, now)
        found.append(("Supervisor", self._supervisor()))
        counted = [f"{count} {visible(name)}" for name, count in self.counters.items()]
        if counted:
            found.append(("Counters", ", ".join(counted)))
        if self.problem:
            found.append(("Problem", visible(self.problem)))
        return found

    def stop_sentence(self) -> str:
        """Describe what happens to unfinished jobs if the daemon stops."""
        started = [job for job in self.jobs if job.state is not JobState.QUEUED]
        slurm = sum(job.executor is Executor.SLURM for job in started)
        here, waiting = len(started) - slurm, len(self.jobs) - len(started)
        if not self.jobs:
            return "No jobs are queued or running."
        parts = [
            (here, "running here (restarted later)"),
            (waiting, "queued (delayed)"),
            (slurm, "in Slurm (not affected)"),
        ]
        text = "; ".join(f"{count} {what}" for count, what in parts if count)
        return f"{count_of(len(self.jobs), 'job')}: {text}."

    def _info(self, info: Mapping[str, object], now: float) -> list[tuple[str, str]]:
        """The daemon's report about itself."""
        plain = {k: v for k, v in info.items() if k not in FACTS}
        found = [(visible(str(k)), visible(str(v))) for k, v in plain.items()]
        if isinstance(settle := info.get("settle_s"), dict):
            text = ", ".join(f"{kind} {seconds} s" for kind, seconds in settle.items())
            found.append(("Settle time", visible(text)))
        if health := parse_consumer_health(info.get("consumer")):
            found.append(("Broker", visible(health.sentence(now))))
        growing = parse_growing(info.get("growing"))
        return [
            *found,
            *((f"Run {each.run}", visible(each.sentence(now))) for each in growing),
        ]

    def rows(self) -> list[tuple[str, str, str]]:
        """All settings that can be changed: key, value, description; those that are set first."""
        editable = [setting for setting in KNOWN.values() if setting.editable]
        known = [(s.key, self._value(s), s.description) for s in editable]
        strange = [
            (visible(key), visible(str(value)), "unknown setting")
            for key, value in self.settings.items()
            if key not in KNOWN
        ]
        return sorted(known, key=lambda row: not row[1]) + strange

    def _value(self, setting: Setting) -> str:
        value = self.settings.get(setting.key)
        return "" if value is None else visible(str(value))

    def _supervisor(self) -> str:
        seen = self.seen
        if seen.supervisord is not None:
            text = "" if seen.program is None else f": {seen.program.state.lower()}"
            return f"{seen.supervisord.address.url}{text}"
        if seen.no_answer:
            return visible(seen.no_answer)
        return "none (running in the foreground)" if seen.is_alone else "none"
