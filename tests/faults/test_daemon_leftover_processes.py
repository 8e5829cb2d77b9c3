"""No process left over, however the daemon ends."""

from __future__ import annotations

import signal

import pytest

from tests.daemon.daemon_process import wait_until
from tests.processes import is_running

COMPUTES = """
import time
@Variable
def early(run):
    return 1
@Variable
def endless(run, e: "var#early"):
    {before}
    time.sleep(1000)
"""
FORKS = """
    import os, signal
    if os.fork() == 0:
        {daemonise}
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open({pids!r}, "a").write(f"{{os.getpid()}}\\n")
        time.sleep(1000)
"""
ENDS = [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV]


@pytest.mark.extended
@pytest.mark.parametrize("how", ENDS, ids=lambda number: number.name)
def test_daemon_ending_during_a_variable_leaves_no_process(experiment, how):
    it = experiment(COMPUTES.format(before=""))
    daemon = it.start_daemon()
    it.arrive(1)
    it.has_cells(1, early=1)
    assert len(it.processes()) >= 3  # the daemon, the runner, the child; perhaps a combiner
    daemon.send_signal(how)
    daemon.wait(60)
    wait_until(lambda: it.processes() == [])


@pytest.mark.extended
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize(
    "daemonise",
    [
        "pass",
        "os.setsid()",
        "os.setsid(); os.fork() and os._exit(0)",
    ],
)
def test_daemon_ending_leaves_no_daemonised_grandchild(experiment, tmp_path, how, daemonise):
    pids = tmp_path / "pids"
    it = experiment(COMPUTES.format(before=FORKS.format(daemonise=daemonise, pids=str(pids))))
    daemon = it.start_daemon()
    it.arrive(1)
    wait_until(lambda: pids.exists() and pids.read_text().endswith("\n"))
    hidden = int(pids.read_text())
    daemon.send_signal(how)
    daemon.wait(60)
    wait_until(lambda: not is_running(hidden))
    wait_until(lambda: it.processes() == [])


@pytest.mark.extended
def test_daemon_killed_while_the_context_file_loads_leaves_no_process(experiment, tmp_path):
    loading = tmp_path / "loading"
    it = experiment(f"import pathlib, time\npathlib.Path({str(loading)!r}).touch()\ntime.sleep(99)")
    daemon = it.start_daemon()
    it.arrive(1)
    wait_until(loading.exists)
    daemon.kill()
    daemon.wait()
    wait_until(lambda: it.processes() == [])


@pytest.mark.extended
def test_lingering_children_are_ended_after_their_job(experiment, tmp_path):
    pids = tmp_path / "pids"
    it = experiment(
        f"""
        import os, time
        @Variable
        def leaves(run):
            if os.fork() == 0:
                os.setsid()
                open({str(pids)!r}, "a").write(f"{{os.getpid()}}\\n")
                time.sleep(1000)
            while not os.path.exists({str(pids)!r}):
                time.sleep(0.01)
            return 1
        @Variable
        def loud(run):
            for _ in range(600):
                print("0123456789" * 10_000)
            return 2
        """
    )
    it.start_daemon()
    it.arrive(1)
    it.has_cells(1, leaves=1, loud=2)
    it.all_over(1)
    wait_until(lambda: not is_running(int(pids.read_text().split()[0])))
    (log,) = it.folder.process_logs.iterdir()
    assert 50_000_000 < log.stat().st_size < 50_500_000
