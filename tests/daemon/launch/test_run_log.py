"""Log files of runs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from damnit_daemon.launch.run_log import RunLog, log_header
from damnit_daemon.model import RunKey


def test_run_log_header_names_run_user_and_host():
    header = log_header(RunKey(1234, 7), user="ana", host="max1")
    assert header == b"\n----- Processing r7 (p1234) as ana on max1 (subprocess) -----\n"


def test_run_log_appends_to_existing_file(tmp_path):
    path = tmp_path / "process_logs" / "r1-p1.out"
    for text in (b"one\n", b"two\n"):
        log = RunLog(path)
        log.write(text)
        log.close()
    assert path.read_bytes() == b"one\ntwo\n"


def test_run_log_beyond_cap_keeps_end_and_marks_gap(tmp_path):
    log = RunLog(tmp_path / "process_logs" / "x.out", cap_bytes=100, tail_bytes=10)
    for _ in range(30):
        log.write(b"0123456789")
    log.write(b"Traceback!")
    log.close()
    text = log.path.read_text()
    assert text.startswith("0123456789" * 10 + "\n")
    assert "----- 200 bytes omitted" in text
    assert text.endswith("-----\nTraceback!")


def test_run_log_slightly_beyond_cap_is_complete(tmp_path):
    log = RunLog(tmp_path / "process_logs" / "x.out", cap_bytes=5, tail_bytes=10)
    log.write(b"0123456789")
    log.close()
    assert log.path.read_bytes() == b"0123456789"


def test_run_log_gets_permissions_of_folder(tmp_path):
    tmp_path.chmod(0o770)
    old = os.umask(0o077)
    try:
        log = RunLog(tmp_path / "process_logs" / "x.out")
        log.close()
    finally:
        os.umask(old)
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o660
    assert stat.S_IMODE(log.path.parent.stat().st_mode) == 0o770


def test_run_log_follows_no_symlink(tmp_path):
    private = tmp_path / "private"
    private.write_text("secret\n")
    private.chmod(0o600)
    (tmp_path / "process_logs").mkdir()
    path = tmp_path / "process_logs" / "x.out"
    path.symlink_to(private)
    log = RunLog(path)
    log.write(b"text")
    log.close()
    assert private.read_text() == "secret\n"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert "cannot be written" in log.problem


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_run_log_on_full_disk_has_a_problem_but_does_not_raise(tmp_path):
    log = RunLog(tmp_path / "process_logs" / "x.out")
    os.dup2(os.open("/dev/full", os.O_WRONLY), log._file)
    log.write(b"text")
    log.write(b"more")
    log.close()
    assert "No space left" in log.problem
