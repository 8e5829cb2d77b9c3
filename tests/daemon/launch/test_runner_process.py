"""The runner process: jobs in, events out, no process left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from damnit_daemon.launch import Limits, RunnerProcess, RunnerUnavailable, describe_exit
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.runner.protocol import JobEnded, RunnerJob, RunnerMessage, VariableDone
from tests.processes import is_running

JOB = RunnerJob("j1", 1234, 1, mock=True)


def outcomes(events):
    return {e.name: e.outcome for e in events if isinstance(e, VariableDone)}


def wait_until(condition, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.01)


def test_runner_processes_job_and_ends(start, folder):
    runner = start(
        """
        @Variable(title="A", tags="t")
        def a(run):
            print("hello from a")
            return 1
        """
    )
    assert [v.name for v in runner.context.variables] == ["a"]
    events = list(runner.run(JOB))
    assert outcomes(events) == {"start_time": "done", "a": "done"}
    assert events[-1] == JobEnded("j1", "done")
    assert len(list(folder.fragments())) == 2
    log = (folder.process_logs / "r1-p1234.out").read_text()
    assert "----- Processing r1 (p1234) as " in log
    assert "hello from a" in log
    runner.close()
    assert not runner.alive


def test_runner_writes_one_log_per_job(start, folder):
    runner = start(
        """
        print("loading")
        @Variable
        def a(run, number: "meta#run_number"):
            print("this is run", number)
        """
    )
    for run in (1, 2):
        list(runner.run(RunnerJob(f"j{run}", 1234, run, mock=True)))
    logs = [(folder.process_logs / f"r{run}-p1234.out").read_text() for run in (1, 2)]
    assert ["loading" in log for log in logs] == [True, False]
    assert ["this is run 1" in log for log in logs] == [True, False]
    assert ["this is run 2" in log for log in logs] == [False, True]


def test_runner_output_is_logged_when_tee_fails(start, folder):
    seen = []

    def tee(chunk):
        seen.append(chunk)
        raise BrokenPipeError

    runner = start("@Variable\ndef a(run):\n    print('x' * 100_000, flush=True)\n", tee=tee)
    events = list(runner.run(JOB))
    assert events[-1].outcome == "done"
    assert seen
    assert "x" * 100_000 in (folder.process_logs / "r1-p1234.out").read_text()


def test_runner_imports_from_folder_and_bundle_only(start, folder):
    (folder.path / "beside.py").write_text("VALUE = 7\n")
    runner = start(
        """
        import os, beside, damnit_daemon, damnit_ctx
        @Variable
        def paths(run):
            print(os.getcwd(), damnit_daemon.__file__, damnit_ctx.__file__)
        """
    )
    list(runner.run(JOB))
    log = (folder.process_logs / "r1-p1234.out").read_text()
    assert f"{folder.path} {folder.internals}/runner-" in log
    assert log.count(".zip/") == 2


@pytest.mark.extended
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print('no module named extra_data', file=sys.stderr); sys.exit(1)", "no module named"),
        ("print('one'); print('last words'); os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("os.close(events); print('deaf and dumb'); time.sleep(60)", "deaf and dumb"),
        ("os.write(events, b'junk\\n{}\\n'); sys.exit(7)", "exit code 7"),
    ],
)
def test_runner_that_does_not_start_gives_the_reason(start, stand_in, body, said):
    with pytest.raises(RunnerUnavailable, match=said):
        start(python=stand_in(body))


def test_missing_interpreter_makes_runner_unavailable(start, tmp_path):
    with pytest.raises(RunnerUnavailable, match="No such file") as caught:
        start(python=tmp_path / "gone" / "python")
    assert "db-config context_python" in caught.value.hint


def test_non_executable_interpreter_makes_runner_unavailable(start, tmp_path):
    (tmp_path / "python").write_text("text")
    with pytest.raises(RunnerUnavailable, match="Permission denied"):
        start(python=tmp_path / "python")


@pytest.mark.extended
def test_hanging_context_file_makes_runner_unavailable(start, folder):
    began = time.monotonic()
    with pytest.raises(RunnerUnavailable, match="not read within 1 s"):
        start("import time; print('waiting', flush=True); time.sleep(60)",
              limits=Limits(start_s=1, grace_s=1))  # fmt: skip
    assert time.monotonic() - began < 50


def test_context_file_error_is_a_problem_with_its_line(start):
    runner = start("def broken(:\n")
    assert runner.context.problems[0].line == 2


def test_dead_runner_ends_job_as_failed(start, stand_in):
    script = stand_in(
        """
        load()
        sys.stdin.readline()
        os.write(events, b'junk\\n')
        tell('JobStarted', job_id='j1', pid=os.getpid(), variables=['a'])
        tell('VariableStarted', job_id='other', name='b')
        tell('VariableStarted', job_id='j1', name='a')
        os.kill(os.getpid(), 9)
        """
    )
    runner = start(python=script)
    ended = list(runner.run(JOB))[-1]
    assert (ended.outcome, ended.running, ended.exit_code) == ("killed", "a", -9)
    assert "the runner itself was killed by signal 9 (SIGKILL)" in ended.reason
    assert not runner.alive
    with pytest.raises(RunnerUnavailable):
        list(runner.run(JOB))


def test_abandoned_job_leaves_no_process(start, tmp_path):
    runner = start(
        f"""
        import os, subprocess, sys, time
        @Variable
        def a(run):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
            open({str(tmp_path / "pids")!r}, "w").write(f"{{os.getpid()}} {{child.pid}}\\n")
            time.sleep(100)
        """
    )
    running = runner.run(JOB)
    next(running)
    wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text())
    pids = [int(p) for p in (tmp_path / "pids").read_text().split()]
    running.close()
    assert not runner.alive
    wait_until(lambda: not any(is_running(pid) for pid in pids))


def test_runner_that_ignores_sigterm_is_killed_after_grace_period(start, stand_in):
    script = stand_in(
        """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        load()
        tell('ContextLoaded', variables=[], problems=[], context_hash=str(os.getpid()))
        time.sleep(100)
        """
    )
    runner = start(python=script, limits=Limits(start_s=10, grace_s=0.3))
    pid = runner._running.group._process.pid
    began = time.monotonic()
    runner.close()
    assert not is_running(pid)
    assert 0.2 < time.monotonic() - began < 30


def test_child_that_keeps_pipe_open_does_not_block_runner(start, tmp_path):
    runner = start(
        f"""
        import subprocess, sys
        @Variable
        def a(run):
            code = "import time; print('still here', flush=True); time.sleep(100)"
            child = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
            open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
        """
    )
    began = time.monotonic()
    assert list(runner.run(JOB))[-1].outcome == "done"
    runner.close()
    assert time.monotonic() - began < 80
    pid = int((tmp_path / "pid").read_text())
    wait_until(lambda: not is_running(pid))


def test_on_idle_is_called_during_a_silent_job(start, tmp_path):
    calls, go = [], tmp_path / "go"

    def called():
        calls.append(1)
        if len(calls) == 2:
            go.touch()

    runner = start(
        f"""
        import pathlib, time
        @Variable
        def a(run):
            while not pathlib.Path({str(go)!r}).exists():
                time.sleep(0.01)
        """,
        on_idle=called,
    )
    list(runner.run(JOB))
    assert len(calls) >= 2


def test_unwritable_log_is_a_note_and_job_succeeds(start, folder):
    folder.process_logs.write_text("a file where the directory should be")
    runner = start("@Variable\ndef a(run):\n    print('x')\n")
    events = list(runner.run(JOB))
    assert [e.message for e in events if isinstance(e, RunnerMessage)] == [
        "The log r1-p1234.out cannot be written: Not a directory."
    ]
    assert events[-1].outcome == "done"


def test_killed_caller_ends_runner_and_its_children(folder, tmp_path):
    """Even `kill -9`: the runner's stdin ends, and with it all that it started."""
    pids = tmp_path / "pids"
    folder.context_file.write_text(
        "import os, time\nfrom damnit_ctx import Variable\n"
        "@Variable\ndef a(run):\n"
        f"    open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}\\n')\n"
        "    time.sleep(100)\n"
    )
    code = f"""
import sys
from pathlib import Path
from damnit_daemon.launch import RunnerProcess
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.runner.protocol import RunnerJob
with RunnerProcess(DamnitFolder(Path({str(folder.path)!r})), Path(sys.executable)) as runner:
    list(runner.run(RunnerJob("j1", 1234, 1, mock=True)))
"""
    caller = subprocess.Popen([sys.executable, "-c", code])
    try:
        wait_until(lambda: pids.exists() and pids.read_text().endswith("\n"))
    finally:
        caller.kill()
        caller.wait()
    wait_until(lambda: not any(is_running(int(p)) for p in pids.read_text().split()))


@pytest.mark.extended
def test_runner_processes_leak_no_descriptors_or_threads(start):
    import threading

    def count():
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    start().close()
    before = count()
    for _ in range(3):
        start().close()
    wait_until(lambda: all(now <= then for now, then in zip(count(), before, strict=True)))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0, "ended with exit code 0"),
        (3, "ended with exit code 3"),
        (-11, "was killed by signal 11 (SIGSEGV)"),
        (-9, "was killed by signal 9 (SIGKILL), possibly out of memory"),
        (-99, "was killed by signal 99"),
    ],
)
def test_exit_code_is_described(code, text):
    assert describe_exit(code) == text


def test_runner_in_missing_folder_is_unavailable(tmp_path):
    with pytest.raises(RunnerUnavailable, match="There is no folder"):
        RunnerProcess(DamnitFolder(tmp_path / "gone"), Path(sys.executable)).start()
