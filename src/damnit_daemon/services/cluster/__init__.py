"""Jobs in Slurm: submitted together, followed through files that they write, found again."""

from .cluster import Cluster
from .commands import GivenJob

__all__ = ["Cluster", "GivenJob"]
