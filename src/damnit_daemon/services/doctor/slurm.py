"""Checks of Slurm, as far as this folder needs it."""

from __future__ import annotations

from collections.abc import Iterator

from ...paths import DamnitFolder
from ...slurm import (
    ExecutorSetting,
    SlurmClient,
    SlurmError,
    SlurmSettings,
    choose_resources,
    slurm_settings,
)
from ...store import Database, load_settings
from .finding import Finding, fine, note, wrong

TIMEOUT_S = 20.0
LOCAL = "damnit-daemon db-config executor local (to do without Slurm)"


def check_slurm(folder: DamnitFolder) -> Iterator[Finding]:
    """Check that Slurm responds, and has the partition and the reservation that are set.

    Raises:
        DamnitError: If a setting is invalid.
    """
    with Database(folder.database).reading() as con:
        settings = slurm_settings(load_settings(con))
    if settings.executor is ExecutorSetting.LOCAL:
        yield note("slurm", "not used: everything is computed on the daemon's machine")
        return
    client = SlurmClient(timeout_s=TIMEOUT_S)
    if reason := client.unusable():
        if settings.executor is ExecutorSetting.SLURM:
            yield wrong("slurm", reason, f"Start the daemon on a machine that has it, or: {LOCAL}")
        else:
            yield note("slurm", f"{reason} Variables with cluster=True are computed here as well.")
        return
    try:
        yield from _check_answers(client, settings)
    except SlurmError as error:
        yield wrong("slurm", error.message, error.hint or LOCAL)


def _check_answers(client: SlurmClient, settings: SlurmSettings) -> Iterator[Finding]:
    here = client.describe()
    resources = choose_resources(settings, client, dedicated=True)
    where = resources.reservation or resources.partition or "the default partition"
    node = "on a node of their own" if resources.exclusive else "on shared nodes"
    yield fine("slurm", f"{here.name} responds; variables with cluster=True go to {where}, {node}")
    if settings.reservation:
        if not client.find_reservation(settings.reservation):
            yield wrong(
                "slurm",
                f"There is no reservation {settings.reservation}; it may have ended.",
                "damnit-daemon db-config --delete slurm_reservation, or set another.",
            )
    elif settings.partition and not here.has_partition(settings.partition):
        names = ", ".join(partition.name for partition in here.partitions)
        yield wrong(
            "slurm",
            f"There is no partition {settings.partition}.",
            f"damnit-daemon db-config slurm_partition NAME; there are {names}.",
        )
