"""Choose the cluster and partition of a job from those available. Pure.

The netgroups and names are those of European XFEL's clusters, as in DAMNIT:
`solaris` for jobs that share a node, `maxwell` for those that have a node to themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from .commands import Resources

SHARED_CLUSTER = "solaris"
DEDICATED_CLUSTER = "maxwell"
PARTITIONS_OF_GROUPS = (("exfel-wgs-users", "exfel"), ("upex-users", "upex"))
EVERYBODYS_PARTITION = "all"
NO_CLUSTER = "none"
"""Value of the setting `slurm_clusters`: never name a cluster."""


def choose_clusters(requested: str, *, dedicated: bool, known: Collection[str]) -> str:
    """Return the cluster to name; empty for none, so that the job goes to the local one.

    Args:
        requested: The setting: empty for the default, `none`, or names.
        dedicated: Whether the job has a node to itself.
        known: Clusters that can be named; none where Slurm keeps no accounting.
    """
    if requested.casefold() == NO_CLUSTER:
        return ""
    usual = DEDICATED_CLUSTER if dedicated else SHARED_CLUSTER
    return requested or (usual if usual in known else "")


def choose_partition(existing: Collection[str], is_member: Callable[[str], bool]) -> str:
    """Return the default partition for a user; empty, for Slurm's default, if none exists.

    Args:
        existing: Names of the cluster's partitions.
        is_member: Returns True if the user is in a netgroup.
    """
    for group, partition in PARTITIONS_OF_GROUPS:
        if partition in existing and is_member(group):
            return partition
    return EVERYBODYS_PARTITION if EVERYBODYS_PARTITION in existing else ""


def fill_in(
    requested: Resources,
    *,
    dedicated: bool,
    existing: Collection[str],
    is_member: Callable[[str], bool],
) -> Resources:
    """Add the default partition to a dedicated job that requests neither one nor a reservation.

    A shared job goes to its cluster's default partition, as in DAMNIT, unless one is set.
    """
    if not dedicated or requested.partition or requested.reservation:
        return requested
    return replace(requested, partition=choose_partition(existing, is_member))
