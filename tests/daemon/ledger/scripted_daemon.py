"""A daemon that does what it is told, a command a line, and says what came of it.

take PATH     take the lease if it is free, or its holder is dead
write         write under that lease
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from damnit_daemon.ledger import (
    LeaseHeld,
    LeaseLost,
    Ledger,
    acquire,
    count,
    this_process,
)


def main() -> None:
    ledger, token = Ledger(Path("none")), ""
    for line in sys.stdin:
        command, _, path = line.strip().partition(" ")
        try:
            if command == "take":
                ledger = Ledger(Path(path))
                with ledger.writing() as con:
                    token = acquire(con, this_process(), now=time.time())
            else:
                with ledger.writing(token) as con:
                    count(con, "written")
        except (LeaseHeld, LeaseLost) as error:
            print(type(error).__name__, flush=True)
        else:
            print("done", flush=True)


if __name__ == "__main__":
    main()
