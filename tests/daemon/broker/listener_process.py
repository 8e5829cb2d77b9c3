"""Program: a listener that writes arrivals into a file, and may kill itself before it commits.

Takes JSON: the broker's settings, the file, and before which commit to die (0: never).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

from damnit_daemon.broker import ArrivalFilter, BrokerSettings, Consumer
from damnit_daemon.services.listener import Listener


class Mortal(Consumer):
    """A consumer that may die between recording and committing."""

    die_at = 0
    commits = 0

    def commit(self, records):
        self.commits += 1
        if self.commits == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().commit(records)


class FileLedger:
    """Each arrival a line, safely on disk."""

    def __init__(self, path):
        self._path = Path(path)

    def record(self, arrivals):
        with self._path.open("a") as file:
            for arrival in arrivals:
                file.write(json.dumps([arrival.key, arrival.run_key.run]) + "\n")
            file.flush()
            os.fsync(file.fileno())


def main():
    task = json.loads(sys.argv[1])
    settings = task["settings"]
    for name in ("addresses", "topics", "api_version"):
        settings[name] = settings[name] and tuple(settings[name])
    consumer = Mortal(BrokerSettings(**settings))
    consumer.die_at = task["die_at"]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Listener(consumer, ArrivalFilter(proposal=1234), FileLedger(task["ledger"]).record).run(stop)


if __name__ == "__main__":
    main()
