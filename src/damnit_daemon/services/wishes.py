"""What somebody wants for one job in place of what is set for all. Plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..ledger import Connection, recall, remember


@dataclass(frozen=True)
class Wishes:
    """Empty: as usual."""

    memory: str = ""
    """As Slurm writes it, `50G`."""
    time: str = ""
    at_once: int = 0
    """How many jobs of the same request may run in Slurm at the same time."""

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Wishes:
        """Those in a request.

        Raises:
            ValueError: If they make no sense.
        """
        return cls(
            str(payload.get("memory") or ""),
            str(payload.get("time") or ""),
            int(payload.get("concurrent_jobs") or 0),
        )

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self != Wishes()


def save_wishes(con: Connection, job_id: int, wishes: Wishes) -> None:
    """Keep them with a job."""
    if wishes:
        remember(con, _name(job_id), json.dumps(asdict(wishes)))


def load_wishes(con: Connection, job_id: int) -> Wishes:
    """Those of a job; empty if there are none."""
    text = recall(con, _name(job_id))
    try:
        return Wishes(**json.loads(str(text))) if text is not None else Wishes()
    except (TypeError, ValueError):
        return Wishes()


def _name(job_id: int) -> str:
    return f"wishes for job {job_id}"
