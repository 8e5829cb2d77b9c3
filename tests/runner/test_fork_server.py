"""The resident runner: children that die, fork or linger, jobs in sequence, and the end."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from damnit_daemon.runner.protocol import RunnerJob, decode_event, encode
from tests.processes import is_running

from .conftest import PROPOSAL

HEAD = "from damnit_ctx import Skip, Variable\nimport os, sys, ctypes, signal, subprocess\n"


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@pytest.mark.extended
@pytest.mark.parametrize(
    ("death", "code"),
    [
        ("os._exit(7)", 7),
        ("os._exit(0)", 0),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("ctypes.string_at(0)", -signal.SIGSEGV),
    ],
)
def test_death_of_child_is_reported_with_running_variable(runner, death, code):
    outcome = runner.run(
        HEAD + f"@Variable\ndef before(run): return 1\n@Variable\ndef deadly(run): {death}\n",
        RunnerJob("1", PROPOSAL, 1), RunnerJob("2", PROPOSAL, 1, variables=["before"]),
    )  # fmt: skip
    first, second = outcome.ended
    assert (first.outcome, first.running, first.exit_code) == ("killed", "deadly", code)
    assert outcome.data("before") == 1  # saved before the death
    assert second.outcome == "done"  # the resident lives on


@pytest.mark.extended
def test_forking_variable_gives_one_result(runner):
    outcome = runner.run(
        HEAD + "@Variable\ndef forks(run):\n    return 99 if os.fork() == 0 else 1\n"
        "@Variable\ndef after(run): return 2\n"
    )
    assert outcome.data("forks") == 1
    names = [e.name for e in outcome.events if type(e).__name__ == "VariableDone"]
    assert names == ["start_time", "forks", "after"]


def test_forking_context_file_is_loaded_once(runner):
    outcome = runner.run(HEAD + "os.fork()\n@Variable\ndef a(run): return 1\n")
    assert [type(e).__name__ for e in outcome.events].count("ContextLoaded") == 1
    assert outcome.data("a") == 1


@pytest.mark.extended
@pytest.mark.parametrize("session", [False, True])
def test_processes_started_by_a_variable_end_with_the_job(runner, session):
    outcome = runner.run(
        HEAD + "@Variable\ndef leaves(run):\n"
        f"    p = subprocess.Popen([{sys.executable!r}, '-c', 'import time; time.sleep(1000)'],"
        f" close_fds=False, start_new_session={session})\n    return p.pid\n"
    )
    assert outcome.ended[0].outcome == "done"
    wait_until(lambda: not is_running(int(outcome.data("leaves"))))


def test_lingering_forked_process_does_not_delay_end_of_job(runner):
    outcome = runner.run(
        HEAD + "@Variable\ndef lingers(run):\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n        os.setsid()\n        signal.pause()\n"
        "    return pid\n"
    )
    assert outcome.ended[0].outcome == "done"
    wait_until(lambda: not is_running(int(outcome.data("lingers"))))


def test_context_file_is_loaded_once_for_several_jobs(runner):
    outcome = runner.run(
        HEAD + "print('reading')\nimport time\nT = time.time()\n@Variable\ndef t(run): return T\n",
        RunnerJob("1", PROPOSAL, 1), RunnerJob("2", PROPOSAL, 2),
    )  # fmt: skip
    assert outcome.stderr.count("reading") == 1
    assert [e.outcome for e in outcome.ended] == ["done", "done"]


def test_job_does_not_see_changes_of_another_job(runner):
    outcome = runner.run(
        HEAD + "SEEN = []\n@Variable\ndef n(run):\n    SEEN.append(1)\n    return len(SEEN)\n",
        RunnerJob("1", PROPOSAL, 1), RunnerJob("2", PROPOSAL, 1),
    )  # fmt: skip
    assert outcome.data("n") == 1


def start_job(runner, source):
    """Start a job whose function writes its pid to a file and waits; give both pids."""
    runner.write(source)
    process, events = runner.start()
    decode_event(events.readline())
    process.stdin.write(encode(RunnerJob("1", PROPOSAL, 1)))
    process.stdin.flush()
    marker = runner.folder / "pid"
    wait_until(lambda: marker.exists() and marker.read_text())
    return process, events, int(marker.read_text())


WAITS = HEAD + (
    "@Variable\ndef waits(run):\n    open('pid', 'w').write(str(os.getpid()))\n    signal.pause()\n"
)


@pytest.mark.extended
@pytest.mark.parametrize("end", ["eof", signal.SIGTERM, signal.SIGKILL])
def test_children_end_with_the_resident_runner(runner, end):
    process, events, child = start_job(runner, WAITS)
    if end == "eof":
        process.stdin.close()
    else:
        process.send_signal(end)
    process.wait(60)
    wait_until(lambda: not is_running(child))
    events.close()
    if end != "eof":
        process.stdin.close()


def test_resident_runner_processes_two_jobs_at_once(runner):
    source = HEAD + (
        "import time\n@Variable\ndef meets(run, n: 'meta#run_number'):\n"
        "    open(f'here{n}', 'w').close()\n"
        "    while not os.path.exists(f'here{3 - n}'):\n        time.sleep(0.01)\n"
        "    return n\n"
    )
    runner.write(source)
    process, events = runner.start()
    decode_event(events.readline())
    process.stdin.write(encode(RunnerJob("1", PROPOSAL, 1)) + encode(RunnerJob("2", PROPOSAL, 2)))
    process.stdin.flush()
    ended = {}
    while len(ended) < 2:
        event = decode_event(events.readline())
        if type(event).__name__ == "JobEnded":
            ended[event.job_id] = event.outcome
    assert ended == {"1": "done", "2": "done"}
    process.communicate()
    events.close()


def test_junk_on_stdin_is_logged_and_ignored(runner):
    runner.write(HEAD + "@Variable\ndef a(run): return 1\n")
    process, events = runner.start()
    decode_event(events.readline())
    process.stdin.write(b"hello\n" + encode(RunnerJob("1", PROPOSAL, 1)))
    process.stdin.flush()
    kinds = []
    while kinds[-1:] != ["JobEnded"]:
        kinds.append(type(decode_event(events.readline())).__name__)
    process.communicate()
    events.close()
    assert "not a job" in runner.log.read_text()


def test_runner_check_describes_context_file_and_ends(runner):
    runner.write(HEAD + "@Variable\ndef a(run): return 1\n")
    process, events = runner.start("check")
    loaded = decode_event(events.readline())
    assert [v.name for v in loaded.variables] == ["a"]
    assert loaded.versions["python"].startswith("3.")
    assert events.read() == b""
    process.communicate()
    events.close()
    assert process.returncode == 0


def test_output_of_variables_does_not_mix_with_events(runner):
    outcome = runner.run(
        HEAD
        + "@Variable\ndef loud(run):\n    print('{}')\n    os.write(1, b'x' * 10)\n    return 1\n"
    )
    assert outcome.data("loud") == 1
    assert "xxxxxxxxxx" in outcome.stderr


def test_job_fails_when_results_cannot_be_written(runner):
    if os.geteuid() == 0:
        (runner.folder / "extracted_data").write_text("a file in the way")
    else:
        runner.write("")
        runner.folder.chmod(0o500)
    outcome = runner.run(HEAD + "@Variable\ndef a(run): return 1\n")
    assert outcome.ended[0].outcome == "failed"
    assert "cannot be written" in outcome.ended[0].reason


@pytest.mark.extended
@pytest.mark.parametrize("mode", [0o777, 0o2770, 0o755])
def test_fragments_get_permissions_of_folder(runner, mode):
    runner.folder.chmod(mode)
    outcome = runner.run(HEAD + "@Variable\ndef a(run): return 1\n")
    fragment = Path(outcome.done["a"].fragment)
    assert fragment.stat().st_mode & 0o7777 == mode & 0o666
    assert fragment.parent.stat().st_mode & 0o7777 == mode
