"""Slurm settings of a folder, and the resources that they give its jobs. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..errors import DamnitError
from .commands import Resources, requests_memory
from .partition import choose_clusters

CPUS = "noncluster_cpus"
DEFAULT_TIME = "02:00:00"
DEFAULT_CPUS = 4
DEFAULT_MEMORY = "25G"
DEFAULT_POLL_S = 10.0
DEFAULT_CONCURRENT = 15


class ExecutorSetting(StrEnum):
    """Setting `executor`: where variables are computed."""

    AUTO = "auto"
    """`cluster` variables in Slurm if it is available, all others on the daemon's machine."""
    LOCAL = "local"
    SLURM = "slurm"


class Fallback(StrEnum):
    """Setting `slurm_fallback`: what happens to jobs while Slurm is down."""

    NONE = "none"
    """They stay pending."""
    LOCAL = "local"
    """They run on the daemon's machine."""


class _YesNo(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True)
class SlurmSettings:
    """Slurm settings, as read from the folder's database."""

    executor: ExecutorSetting = ExecutorSetting.AUTO
    fallback: Fallback = Fallback.NONE
    clusters: str = ""
    partition: str = ""
    reservation: str = ""
    time: str = DEFAULT_TIME
    memory: str = ""
    """Memory of a job for `cluster` variables; empty: all memory of its node, if `exclusive`."""
    exclusive: bool = True
    """True if a job for `cluster` variables requests a node of its own."""
    shared_cpus: int = DEFAULT_CPUS
    shared_memory: str = DEFAULT_MEMORY
    options: tuple[str, ...] = ()
    poll_s: float = DEFAULT_POLL_S
    runs_per_job: int = 1
    concurrent_jobs: int = DEFAULT_CONCURRENT
    """Maximum number of tasks of an array that run at once."""

    def requested_resources(
        self, *, dedicated: bool, known_clusters: tuple[str, ...] = ()
    ) -> Resources:
        """Return the resources of a job, before `fill_in` adds the default partition.

        Memory that `slurm_options` request replaces that of the other settings.

        Args:
            dedicated: Whether it computes `cluster` variables, on a node of its own.
            known_clusters: Clusters that can be named.
        """
        clusters = choose_clusters(self.clusters, dedicated=dedicated, known=known_clusters)
        if dedicated:
            return Resources(
                clusters=clusters,
                partition=self.partition,
                reservation=self.reservation,
                time=self.time,
                memory="" if requests_memory(self.options) else self.memory,
                exclusive=self.exclusive,
                extra=self.options,
            )
        return Resources(
            clusters=clusters,
            time=self.time,
            cpus=self.shared_cpus,
            memory="" if requests_memory(self.options) else self.shared_memory,
            extra=self.options,
        )


def slurm_settings(settings: Mapping[str, object]) -> SlurmSettings:
    """Parse the settings of a folder.

    Args:
        settings: Settings by name. DAMNIT may have written numbers where we write text.

    Raises:
        DamnitError: If a value is invalid.
    """

    def text(key: str, default: object = "") -> str:
        value = settings.get(key)
        return str(default if value in (None, "") else value).strip()

    def number(key: str, default: float) -> float:
        try:
            found = float(text(key, default))
            int(found)  # neither infinite nor NaN
        except (ValueError, OverflowError):
            raise _makes_no_sense(key, text(key), f"{default:g}") from None
        return found

    def one_of(kind: type[StrEnum], key: str, default: StrEnum) -> str:
        word = text(key, default).lower()
        if word not in kind.__members__.values():
            raise _makes_no_sense(key, word, " or ".join(kind))
        return word

    return SlurmSettings(
        executor=ExecutorSetting(one_of(ExecutorSetting, "executor", ExecutorSetting.AUTO)),
        fallback=Fallback(one_of(Fallback, "slurm_fallback", Fallback.NONE)),
        clusters=text("slurm_clusters"),
        partition=text("slurm_partition"),
        reservation=text("slurm_reservation"),
        time=text("slurm_time", DEFAULT_TIME),
        memory=text("slurm_mem"),
        exclusive=one_of(_YesNo, "slurm_exclusive", _YesNo.YES) == _YesNo.YES,
        shared_cpus=max(1, int(number(CPUS, DEFAULT_CPUS))),
        shared_memory=text("noncluster_mem", DEFAULT_MEMORY),
        options=tuple(_words(text("slurm_options"))),
        poll_s=number("slurm_poll_s", DEFAULT_POLL_S),
        runs_per_job=max(1, int(number("runs_per_job", 1))),
        concurrent_jobs=max(1, int(number("concurrent_jobs", DEFAULT_CONCURRENT))),
    )


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        raise _makes_no_sense("slurm_options", text, "-- --account=NAME") from None


def _makes_no_sense(key: str, text: str, example: str) -> DamnitError:
    return DamnitError(
        f"{key} is {text!r}, which is invalid.",
        hint=f"Set another: damnit-daemon db-config {key} {example}",
    )
