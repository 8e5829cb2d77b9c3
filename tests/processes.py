"""What tests ask about processes."""

from pathlib import Path


def is_running(pid: int) -> bool:
    """Whether a process lives; one that has ended and was not waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:  # also "no such process", if it ends while that is read
        return False
    return state not in "ZX"
