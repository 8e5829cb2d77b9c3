"""Jobs with every kind of end, run at once, since some take half a minute to end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from damnit_daemon.slurm import JobStatus, Resources, SlurmId, Submission, with_output

from .jobs import cancel, submission, wait_over, wait_running

EAT = "exec python3 -c 'import time; a = bytearray(400_000_000); time.sleep(60)'"


@dataclass(frozen=True)
class Ended:
    """A job that is over."""

    submission: Submission
    status: JobStatus
    """What Slurm says."""

    @property
    def read(self) -> JobStatus:
        """The same with what stands in its output."""
        path = Path(self.submission.output.replace("%a", "4294967294"))
        text = path.read_text(errors="replace") if path.exists() else ""
        return with_output(self.status, text)


def end_in_every_way(cluster, client, folder: Path) -> dict[str, Ended]:
    """Submit the jobs, do to them what they are to suffer, and wait for them."""

    def job(script, *extra, **changes):
        resources = Resources(extra=("--nodelist=n1", *extra))
        return submission(folder, script, **{"resources": resources, **changes})

    wanted = {
        "done": job("true"),
        "failed": job("exit 3"),
        "crashed": job("kill -SEGV $$"),
        "unwritable": job("true", output="/nonexistent/folder/out"),
        "cancelled": job("sleep 100"),
        "memory": job(EAT, "--mem=200M"),
        "time": job("sleep 100", "--time=1"),
        "node": submission(folder, "sleep 100", resources=Resources(extra=("--nodelist=n2",))),
    }
    # One after the other: all at once would not find CPUs.
    ids: dict[str, SlurmId] = {
        name: client.submit(wanted[name]) for name in ("time", "node", "memory")
    }
    wait_running(client, ids["time"], ids["node"])
    end = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(time.time() + 2))
    cluster.run("scontrol", "update", f"jobid={ids['time'].id}", f"EndTime={end}")
    cluster.set_node("n2", "down")
    ids["cancelled"] = client.submit(wanted["cancelled"])
    wait_running(client, ids["cancelled"])
    cancel(client, ids["cancelled"])
    for name in ("done", "failed", "crashed", "unwritable"):
        ids[name] = client.submit(wanted[name])
    statuses = wait_over(client, *ids.values(), timeout_s=100)
    cluster.set_node("n2", "idle")
    return {name: Ended(wanted[name], status) for name, status in zip(ids, statuses, strict=True)}
