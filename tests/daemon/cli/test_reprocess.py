"""The command `reprocess`."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time

import pytest

from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, ensure_run
from tests.daemon.builders import cells, make_damnit_folder


def list_run(folder, *runs):
    with Database(folder.database).writing() as con:
        for run in runs:
            ensure_run(con, RunKey(1234, run), added_at=1)


@pytest.mark.extended
def test_reprocess_direct_processes_runs_and_prints_summary(damnit, folder, proposal):
    result = damnit("reprocess", "1", "2-3", "--direct")
    assert result.code == 0
    assert result.out.splitlines()[-1].startswith("3 runs: 3 variables done, 0 skipped, 3 failed (")
    assert "p1234, r1: ✗ bad: KeyError: 'x'" in result.out
    assert "| hello from a" in result.out
    assert [cells(folder, run)["a"] for run in (1, 2, 3)] == [1, 1, 1]


def test_reprocess_takes_a_number_of_jobs_only_for_itself(damnit, folder, proposal):
    result = damnit("reprocess", "1-2", "--jobs", "2")
    assert result.code == 2
    assert "--jobs needs --direct" in result.err


@pytest.mark.extended
def test_reprocess_skips_and_names_runs_without_files(damnit, folder, proposal):
    result = damnit("reprocess", "3-7", "--direct")
    assert result.code == 0
    assert "no files of run 4-7" in result.err
    assert "1 run: " in result.out


def test_reprocess_without_any_run_with_files_fails(damnit, folder, proposal):
    result = damnit("reprocess", "88", "--direct")
    assert result.code == 1
    assert "None of these runs has files." in result.err
    assert "no files of run 88: skipped" in result.err


def test_reprocess_of_all_runs_succeeds_when_there_are_none(damnit, folder, proposal):
    list_run(folder, 99)
    result = damnit("reprocess", "all", "--direct")
    assert (result.code, result.err) == (0, "")
    assert result.out == "nothing to process: no runs with files\n"


def test_reprocess_failed_succeeds_when_nothing_has_failed(damnit, folder, proposal):
    result = damnit("reprocess", "1-2", "--failed", "--watch")
    assert (result.code, result.err) == (0, "")
    assert result.out == "nothing to process: no runs with failed variables\n"


def test_reprocess_all_selects_runs_of_table_with_files(damnit, folder, proposal):
    list_run(folder, 2, 3, 99)
    result = damnit("reprocess", "all", "--dry-run")
    assert result.out == "would process p1234, r2\nwould process p1234, r3\n"


def test_reprocess_all_selects_runs_with_files_when_table_is_empty(damnit, folder, proposal):
    assert damnit("reprocess", "all", "--dry-run").out.count("would process") == 3


def test_reprocess_dry_run_changes_nothing(damnit, folder, proposal):
    damnit("reprocess", "1", "--dry-run", "--direct")
    assert cells(folder) == {}


@pytest.mark.extended
def test_reprocess_failed_selects_failed_variables(damnit, folder, proposal):
    damnit("reprocess", "1-2", "--direct", "--var", "a")
    damnit("reprocess", "1", "--direct", "--var", "bad")
    result = damnit("reprocess", "all", "--failed", "--dry-run")
    assert result.out == "would process p1234, r1: bad\n"
    folder.context_file.write_text(folder.context_file.read_text().replace('{}["x"]', "5"))
    assert damnit("reprocess", "all", "--failed", "--direct").code == 0
    assert cells(folder, 1) == {"a": 1, "bad": 5}
    assert "bad" not in cells(folder, 2)


@pytest.mark.extended
def test_reprocess_changed_selects_changed_variables(damnit, folder, proposal):
    damnit("reprocess", "1-2", "--direct")
    result = damnit("reprocess", "all", "--changed", "--dry-run")
    assert result.code == 0
    assert result.out == "nothing to process: no runs with new or changed variables\n"
    text = folder.context_file.read_text()
    folder.context_file.write_text(f"# a comment\n{text}".replace('{}["x"]', "5"))
    result = damnit("reprocess", "all", "--changed", "--dry-run")
    assert result.out == "would process p1234, r1: bad\nwould process p1234, r2: bad\n"
    assert damnit("reprocess", "1", "--changed", "--direct").code == 0
    assert cells(folder, 1)["bad"] == 5
    result = damnit("reprocess", "all", "--changed", "--dry-run")
    assert result.out == "would process p1234, r2: bad\n"
    assert damnit("reprocess", "all", "--changed", "--failed").code == 2


def test_reprocess_match_selects_variables_by_title(damnit, folder):
    damnit("reprocess", "1", "--direct", "--mock", "--match", "a", "--match", "zzz")
    assert set(cells(folder)) == {"a", "bad"}


@pytest.mark.parametrize("runs", [["x"], ["all", "1"], ["1.5"]])
def test_reprocess_of_invalid_run_is_a_usage_error(damnit, folder, runs):
    assert damnit("reprocess", *runs, "--direct").code == 2


@pytest.mark.extended
def test_reprocess_exits_with_code_1_when_a_run_fails_entirely(damnit, folder, proposal):
    result = damnit("reprocess", "1", "--direct", "--data", "proc")
    assert result.code == 0  # no variable needs proc data
    folder.context_file.write_text(
        "from damnit_ctx import Variable\n@Variable(data='proc')\ndef p(run):\n    return 1\n"
    )
    result = damnit("reprocess", "2", "--direct", "--data", "proc")
    assert result.code == 1
    assert "no proc data of run 2" in result.err
    assert "r2-p1234.out" in result.err
    assert "1 run, 1 failed" in result.out


@pytest.mark.extended
def test_reprocess_truncates_excessive_output(damnit, folder):
    folder.context_file.write_text(
        "from damnit_ctx import Variable\n"
        "@Variable\ndef a(run):\n    [print('\\x1b[31mline', i) for i in range(5000)]\n"
    )
    out = damnit("reprocess", "1", "--direct", "--mock").out
    assert "(see the log for more)" in out
    assert out.count("line") < 1100
    assert "\x1b" not in out
    assert "line 4999" in folder.log_file(RunKey(1234, 1)).read_text()


ENDLESS = """
import time
@Variable
def early(run):
    return 1
@Variable
def endless(run, e: "var#early"):
    print("waiting", flush=True)
    time.sleep(100)
"""


@pytest.mark.extended
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_reprocess_keeps_saved_values(tmp_path, number):
    folder = make_damnit_folder(tmp_path / "amore", ENDLESS)
    command = "from damnit_daemon.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "reprocess", "1", "--direct", "--mock"],
        cwd=folder.path, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for line in process.stdout:
            if "waiting" in line:
                process.send_signal(number)
                break
        rest = process.stdout.read()
        assert process.wait(60) == 130
    finally:
        process.kill()
        process.stdout.close()
    assert "interrupted" in rest
    assert cells(folder) == {"early": 1}


@pytest.mark.extended
def test_reprocess_direct_shows_progress_bar_on_a_terminal(folder, proposal):
    ours, theirs = pty.openpty()
    command = "from damnit_daemon.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "reprocess", "1-3", "--direct"],
        cwd=folder.path, stdout=theirs, env=os.environ | {"TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(theirs)
    screen = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        screen += chunk
    os.close(ours)
    assert process.wait(60) == 0
    text = screen.decode()
    assert "runs" in text
    assert "━" in text
    assert "3 runs: 3 variables done" in text


def test_reprocess_direct_prints_errors_of_context_file_once(damnit, folder):
    folder.context_file.write_text(
        "from damnit_ctx import Variable\n"
        "@Variable\ndef a(run, x: 'var#gone', y: 'var#more' = 1):\n    return x\n"
    )
    result = damnit("reprocess", "1", "--direct", "--mock")
    assert result.code == 1
    said = result.out + result.err
    assert said.count("'gone'") == 1
    assert said.count("warning: Missing dependency: 'more'") == 1
    assert "The context file cannot be used:" in result.err


def test_all_beside_run_numbers_is_refused_with_what_it_means(damnit, folder):
    result = damnit("reprocess", "all", "3")
    assert result.code == 2
    assert "all stands for every run" in " ".join(result.err.split())
