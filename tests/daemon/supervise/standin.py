"""A daemon that only holds the lease: `standin.py FOLDER [MODE...]`.

Modes: `crash` ends at once, `mute` never takes the lease, `stubborn` ignores
SIGTERM, `impatient` takes over a lease that was not renewed for a second,
`chatty` prints numbered lines, as many in all as the file `chat` says.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import Ledger, release, renew, take_lease
from damnit_daemon.paths import DamnitFolder


def main(folder, modes):
    print(f"stand-in begins, µ, umask {os.umask(0):03o}", flush=True)
    if "crash" in modes:
        sys.exit("this is why it cannot work")
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: None if "stubborn" in modes else stopped.append(1))
    token = None
    if "mute" not in modes:
        ledger = Ledger(DamnitFolder(folder).ledger)
        ledger.create()
        token = take_lease(ledger, expires_s=1 if "impatient" in modes else 60)
    said = 0
    while not stopped:
        while "chatty" in modes and said < int((folder / "chat").read_text()):
            said += 1
            print(f"line {said} of much that there is to say", flush=True)
        if token is not None:
            with ledger.writing(token) as con:
                renew(con, token, now=time.time())
        time.sleep(0.2)
    if token is not None:
        with ledger.writing() as con:
            release(con, token)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2:])
    except DamnitError as error:
        sys.exit(str(error))
