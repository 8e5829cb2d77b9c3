"""What names a job in Slurm. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class SlurmId:
    """A job or one task of an array, and the cluster it is in."""

    id: str
    """`12`, or `12_3` for a task of an array."""
    cluster: str = ""
    """Empty where Slurm has a single cluster, or does not say."""

    @property
    def array(self) -> SlurmId:
        """The array that the task belongs to; a job that is none is its own."""
        return SlurmId(self.id.partition("_")[0], self.cluster)

    @property
    def is_task(self) -> bool:
        """Whether this is one task of an array."""
        return "_" in self.id

    def task(self, index: int) -> SlurmId:
        """One task of this array."""
        return SlurmId(f"{self.array.id}_{index}", self.cluster)

    def __str__(self) -> str:
        return f"{self.id} on {self.cluster}" if self.cluster else self.id
