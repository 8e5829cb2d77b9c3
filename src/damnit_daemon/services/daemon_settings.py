"""Settings of a folder's daemon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import DamnitError
from ..settings import Trigger, parse_duration_s, parse_memory_bytes
from ..slurm import SlurmSettings, slurm_settings
from .watcher import DEFAULT_SETTLE_S, parse_backfill

MAX_LOCAL_JOBS = 8
LARGEST_NUMBER = 2**31


@dataclass(frozen=True)
class DaemonSettings:
    """Read from the folder's database when the daemon starts, and before it starts jobs.

    Proposal, trigger and those of the watcher are used as they were at the start.
    """

    proposal: int
    trigger: Trigger
    slots: int
    """Number of jobs that run at once on this machine."""
    cpus: int
    memory_bytes: int
    time_s: float
    """Time limit of a job."""
    settle_s: float
    """Minimum time for which the files of a run must be unchanged."""
    learns_settle: bool
    """True if it grows with the observed pauses: no value is set."""
    backfill: int | None
    watch_interval_s: float
    slurm: SlurmSettings

    @property
    def watches(self) -> bool:
        """True if directories are watched."""
        return self.trigger in (Trigger.WATCH, Trigger.BOTH, Trigger.KAFKA)

    @property
    def listens(self) -> bool:
        """True if it listens to a broker."""
        return self.trigger in (Trigger.KAFKA, Trigger.BOTH)


def daemon_settings(settings: Mapping[str, object], *, cpu_count: int) -> DaemonSettings:
    """Parse the settings of a folder.

    Args:
        settings: Settings of the folder.
        cpu_count: CPUs of this machine.

    Raises:
        DamnitError: If a setting is invalid, or the proposal is missing.
    """

    def text(key: str, default: object) -> str:
        value = settings.get(key)
        return str(default if value in (None, "") else value)

    def number(key: str, default: float) -> float:
        try:
            found = float(text(key, default))
            if not abs(found) < LARGEST_NUMBER:
                raise ValueError(found)
            return found
        except (ValueError, OverflowError):
            raise DamnitError(
                f"{key} is {text(key, default)!r}, which is not a number.",
                hint=f"Set another: damnit-daemon db-config {key} {default:g}",
            ) from None

    if settings.get("proposal") in (None, ""):
        raise DamnitError(
            "The folder has no proposal.", hint="Set it: damnit-daemon proposal NUMBER"
        )
    cpus = max(1, int(number("noncluster_cpus", 4)))
    fitting = max(1, min(cpu_count // cpus, MAX_LOCAL_JOBS))
    slots = int(number("local_jobs", min(fitting, number("concurrent_jobs", 15))))
    trigger = text("trigger", Trigger.WATCH)
    if trigger not in Trigger.__members__.values():
        raise DamnitError(f"trigger is {trigger!r}.", hint="Use watch, kafka, both or none.")
    return DaemonSettings(
        proposal=int(number("proposal", 0)),
        trigger=Trigger(trigger),
        slots=max(1, slots),
        cpus=cpus,
        memory_bytes=parse_memory_bytes(text("noncluster_mem", "25G")),
        time_s=parse_duration_s(text("slurm_time", "02:00:00")),
        settle_s=number("watch_settle_s", DEFAULT_SETTLE_S),
        learns_settle=not text("watch_settle_s", ""),
        backfill=parse_backfill(text("watch_backfill", "none")),
        watch_interval_s=number("watch_interval_s", 2.0),
        slurm=slurm_settings(settings),
    )
