"""Jobs for tests, and functions that wait for their states."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

from damnit_daemon.slurm import Resources, Submission

_numbers = itertools.count()


def submission(folder: Path, script: str, **changes) -> Submission:
    """A job that runs a shell script; `%a.out` in the folder takes its output."""
    number = next(_numbers)
    path = folder / f"job{number}.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    wanted = {
        "script": path,
        "job_name": "r1-p1234-damnit",
        "comment": f"damnit-{folder.name}-{number}",
        "resources": Resources(),
        "working_folder": folder,
        "output": str(folder / f"job{number}-%a.out"),
    }
    return Submission(**wanted | changes)


def poll_until(client, ids, condition, *, timeout_s=150.0):
    """Ask until something is true of the answer; the answer."""
    deadline = time.monotonic() + timeout_s
    while not condition(found := client.poll(ids)):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def wait_over(client, *ids, timeout_s=150.0):
    """Wait until jobs are over; how each ended."""

    def over(found):
        return all(status.state.is_over for status in found.values())

    return [poll_until(client, ids, over, timeout_s=timeout_s)[each] for each in ids]


def wait_running(client, *ids):
    poll_until(client, ids, lambda f: all(status.state == "RUNNING" for status in f.values()))


def cancel(client, *ids):
    """Cancel jobs under the comments that they have."""
    for each in ids:
        statuses = client._controlled(each.array)
        client.cancel([each], statuses[0].comment if statuses else "")
