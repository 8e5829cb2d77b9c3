"""Jobs in Slurm: submit in arrays, track through the files they write, recover after a restart."""

from .cluster import Cluster
from .commands import QueuedJob

__all__ = ["Cluster", "QueuedJob"]
