"""Resources for a folder's jobs on this cluster: its settings, completed with defaults."""

from __future__ import annotations

from ..runner.author import user_name
from .client import SlurmClient
from .commands import Resources
from .netgroup import in_netgroup
from .partition import fill_in
from .settings import SlurmSettings


def choose_resources(settings: SlurmSettings, client: SlurmClient, *, dedicated: bool) -> Resources:
    """Query Slurm for its clusters and partitions, and choose among them.

    Args:
        settings: Slurm settings of the folder.
        client: Client to query.
        dedicated: Whether the job computes `cluster` variables, on a node of its own.

    Raises:
        SlurmError: If Slurm cannot be queried.
    """
    here = client.describe()
    requested = settings.requested_resources(
        dedicated=dedicated, known_clusters=here.known_clusters
    )
    first = requested.clusters.partition(",")[0]
    there = here if first in ("", here.name) else client.describe(first)
    user = user_name()
    return fill_in(
        requested,
        dedicated=dedicated,
        existing=[partition.name for partition in there.partitions],
        is_member=lambda group: in_netgroup(group, user),
    )
