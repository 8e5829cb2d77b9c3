"""Identifiers of jobs in Slurm. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class SlurmId:
    """A job or one task of an array, and its cluster."""

    id: str
    """`12`, or `12_3` for a task of an array."""
    cluster: str = ""
    """Empty where Slurm has a single cluster, or does not name it."""

    @property
    def array(self) -> SlurmId:
        """The array that the task belongs to; the job itself if it is not a task."""
        return SlurmId(self.id.partition("_")[0], self.cluster)

    def task(self, index: int) -> SlurmId:
        """Return one task of this array."""
        return SlurmId(f"{self.array.id}_{index}", self.cluster)

    def __str__(self) -> str:
        return f"{self.id} on {self.cluster}" if self.cluster else self.id
