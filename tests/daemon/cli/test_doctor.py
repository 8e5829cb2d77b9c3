"""The command `doctor` on healthy and on defective folders."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import h5py
import pytest

from damnit_daemon.cli.supervision import warn_of_broker
from damnit_daemon.hdf5 import write_error_fragment
from damnit_daemon.launch import reader_process
from damnit_daemon.ledger import Ledger, RequestKind, add_request, take_lease
from damnit_daemon.model import RunKey
from damnit_daemon.services.doctor import Grade, check_folder, repair
from damnit_daemon.services.doctor.daemon import check_broker
from damnit_daemon.services.extraction import extract
from damnit_daemon.store import Database, save_setting
from tests.daemon.builders import cells, keys
from tests.daemon.cli.daemon import working
from tests.daemon.store.conftest import STEPS

DAMAGED = Path(__file__).parents[2] / "damaged"


def setting(folder, key, value):
    with Database(folder.database).writing() as con:
        save_setting(con, key, value)


def wrong(folder):
    """What is wrong, by what was looked at: text and fix."""
    return {f.what: (f.text, f.fix) for f in check_folder(folder) if f.grade is Grade.WRONG}


def add_fragment(folder, age_s=0.0):
    path = write_error_fragment(
        folder.path, RunKey(1234, 1), "a", "lost", "ProcessDied", computed_at=1.0, context_hash=""
    )
    os.utime(path, (path.stat().st_mtime - age_s,) * 2)
    return path


def test_doctor_prints_json_for_programs(damnit, folder):
    folder.context_file.unlink()
    result = damnit("doctor", "--json", "--repair")
    found = json.loads(result.out)
    assert result.code == 1
    assert {each["grade"] for each in found} == {"ok", "note", "error"}
    assert [each for each in found if each["grade"] == "error"] == [
        {
            "check": "context",
            "grade": "error",
            "text": f"There is no {folder.context_file}.",
            "fix": "Create one: damnit-daemon proposal NUMBER",
        }
    ]
    assert all(list(each) == ["check", "grade", "text", "fix"] for each in found)


@pytest.mark.extended
def test_doctor_finds_no_problem_in_healthy_folder(damnit, folder):
    extract(folder, keys(1), mock=True)
    result = damnit("doctor")
    assert result.code == 0, result.out
    assert "✗" not in result.out
    assert "✓ database: format 4, 1 run, intact" in result.out
    assert "extra_data" in result.out
    assert "✓ context: context.py: 2 variables" in result.out
    assert "· daemon: stopped\n  → damnit-daemon start\n" in result.out
    assert "✓ results: 1 file of the newest runs can be read" in result.out


def test_doctor_changes_no_file(damnit, folder):
    damnit("doctor")  # the runner's bundle is put into the folder once
    before = {path: path.stat().st_mtime_ns for path in folder.path.rglob("*")}
    damnit("doctor")
    assert {path: path.stat().st_mtime_ns for path in folder.path.rglob("*")} == before


@pytest.mark.extended
def test_doctor_reports_running_daemon(damnit, folder):
    with working(folder) as daemon:
        result = damnit("doctor")
    assert result.code == 0, result.out
    assert f"✓ daemon: working, process {daemon.pid} on " in result.out


def test_doctor_reports_missing_database(damnit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = damnit("doctor")
    assert result.code == 1
    assert "✗ database: There is no run database" in result.out
    assert (
        "→ Give a DAMNIT folder, or create one with `damnit-daemon proposal NUMBER`." in result.out
    )
    assert list(tmp_path.iterdir()) == []


def test_doctor_reports_context_file_error_with_its_line(damnit, folder):
    folder.context_file.write_text("x = 1\ndef broken(:  # \x1b[31m\n")
    result = damnit("doctor")
    assert result.code == 1
    assert f"✗ context: {folder.context_file}:2:" in result.out
    assert "\x1b" not in result.out


def test_doctor_reports_missing_context_python(folder):
    setting(folder, "context_python", "/no/such/python")
    text, fix = wrong(folder)["context"]
    assert text == "The context Python /no/such/python is missing."
    assert "damnit-daemon db-config context_python" in fix


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter any folder")
def test_doctor_reports_context_python_in_folder_of_another_user(folder, tmp_path):
    private = tmp_path / "private"
    private.mkdir()
    setting(folder, "context_python", str(private / "bin" / "python"))
    private.chmod(0)
    try:
        text, fix = wrong(folder)["context"]
    finally:
        private.chmod(0o700)
    assert text.endswith("bin/python is in a folder that you cannot read.")
    assert "damnit-daemon db-config context_python" in fix


def test_doctor_reports_files_with_fewer_permissions_than_folder(folder):
    folder.path.chmod(0o2770)
    folder.database.chmod(0o600)
    folder.context_file.chmod(0o640)  # others may but read it
    for path in (folder.extracted_data, folder.process_logs, folder.internals):
        if path.exists():
            path.chmod(0o2770)
    assert wrong(folder)["folder"] == (
        f"{folder.database} has fewer group permissions than the folder.",
        f"chmod g+rw {folder.database}",
    )


def test_doctor_reports_full_disk(folder, monkeypatch):
    usage = shutil.disk_usage(folder.path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10**6))
    assert wrong(folder)["disk"][0] == "0.0 GB free"


def test_doctor_reports_damaged_database(folder):
    folder.database.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    assert "database" in wrong(folder)


def test_doctor_reports_locked_database(folder, monkeypatch):
    monkeypatch.setattr("damnit_daemon.services.doctor.storage.TIMEOUT_S", 0.1)
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as con:
        con.execute("BEGIN IMMEDIATE")
        text, fix = wrong(folder)["database"]
    assert "stayed locked" in text
    assert "fuser -v" in fix


@pytest.mark.extended
def test_doctor_repair_migrates_old_database(damnit, folder):
    folder.database.unlink()
    with closing(sqlite3.connect(folder.database)) as con:
        con.executescript(STEPS[2])
    assert wrong(folder)["database"] == (
        "It has the old format 2.",
        "damnit-daemon doctor --repair",
    )
    result = damnit("doctor", "--repair")
    assert "+ migrated the database to format 4; the old one is runs.v2-backup.sqlite" in result.out
    assert "✓ database: format 4" in result.out
    assert "+" not in damnit("doctor", "--repair").out.split("✓")[0]


def test_doctor_reports_ledger_that_is_no_database(folder):
    folder.ledger.write_text("no database, but quite a long text" * 100)
    assert "is not an SQLite database" in wrong(folder)["ledger"][0]


def test_doctor_reports_requests_waiting_for_a_daemon(damnit, folder):
    ledger = Ledger(folder.ledger)
    ledger.create()
    with ledger.writing() as con:
        add_request(con, RequestKind.COMBINE, {}, user="me", host="here", now=1.0)
    result = damnit("doctor")
    assert result.code == 0
    assert "· ledger: Waiting for a daemon: 1 request.\n  → damnit-daemon start" in result.out


@pytest.fixture
def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener.getsockname()[1]


def test_doctor_reports_unreachable_broker(folder, closed_port):
    setting(folder, "broker", f"127.0.0.1:{closed_port}")
    text, fix = wrong(folder)["broker"]
    assert text.startswith(f"127.0.0.1:{closed_port}: ")
    assert "damnit-daemon db-config broker none" in fix


def test_daemon_that_has_only_begun_to_connect_causes_no_second_warning(
    folder, ledger, closed_port, capsys
):
    setting(folder, "broker", f"127.0.0.1:{closed_port}")
    take_lease(ledger, info={"consumer": {"problem": "not connected"}})
    warn_of_broker(folder)
    assert [f.grade for f in check_broker(folder)] == [Grade.WRONG, Grade.WRONG]
    assert capsys.readouterr().err.count("warning: broker: ") == 1


def test_broker_that_cannot_be_looked_up_is_a_warning_after_the_daemon_has_started(folder, capsys):
    folder.database.write_bytes(b"no database" * 100)
    warn_of_broker(folder)
    assert "warning: the broker could not be checked: " in capsys.readouterr().err


@pytest.mark.extended
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:(read|open)_text is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_doctor_reports_broker_that_accepts_but_does_not_answer(damnit, folder):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        setting(folder, "broker", address)
        said = damnit("doctor").out
    assert f"✗ broker: {address} accepts connections, but does not respond" in said


@pytest.mark.extended
def test_doctor_repair_combines_old_fragments(damnit, folder):
    add_fragment(folder)
    assert "fragments" not in wrong(folder)
    add_fragment(folder, age_s=600)
    text = "waiting: 1 fragment; no daemon combines them."
    assert wrong(folder)["fragments"] == (text, "damnit-daemon combine")
    result = damnit("doctor", "--repair")
    assert "+ combined the fragments of 1 run" in result.out
    assert result.code == 0
    assert cells(folder) == {"a": ("ProcessDied", "lost")}


def test_doctor_repair_leaves_fragments_to_running_daemon(folder):
    ledger = Ledger(folder.ledger)
    ledger.create()
    take_lease(ledger)
    fragment = add_fragment(folder, age_s=600)
    assert "waiting: 1 fragment too long, the oldest for 10 min" in wrong(folder)["fragments"][0]
    assert list(repair(folder)) == ["left the pending fragments to the running daemon"]
    assert fragment.exists()


def test_doctor_reports_quarantined_fragments(damnit, folder):
    folder.extracted_data.mkdir(exist_ok=True)
    (folder.extracted_data / "p1234_r7.abc.ready.h5").write_bytes(b"no HDF5")
    damnit("combine")
    text, fix = wrong(folder)["fragments"]
    assert text.startswith("1 fragment could not be used (run 7): ")
    assert fix == f"damnit-daemon reprocess 7; rm -r {folder.extracted_data}/broken"


@pytest.mark.extended
def test_doctor_reports_unreadable_results_file(folder):
    extract(folder, keys(1, 2), mock=True)
    path = folder.results_file(RunKey(1234, 2))
    path.write_bytes(b"no HDF5")
    _, fix = wrong(folder)["results"]
    assert fix == f"mv {path} {path}.damaged; damnit-daemon reprocess 2 --proposal 1234"


class TestVerify:
    @pytest.fixture(autouse=True)
    def filled(self, folder):
        extract(folder, keys(1, 2), mock=True)

    def found(self, folder):
        return [f for f in check_folder(folder, thorough=True) if f.what == "verify"]

    @pytest.mark.extended
    def test_doctor_verify_finds_files_and_database_equal(self, damnit, folder):
        result = damnit("doctor", "--verify")
        assert result.code == 0, result.out
        assert "✓ verify: files and database agree on 2 runs" in result.out
        assert "verify:" not in damnit("doctor").out

    @pytest.mark.extended
    def test_doctor_verify_reports_value_missing_in_database(self, folder):
        with closing(sqlite3.connect(folder.database)) as con, con:
            con.execute("DELETE FROM run_variables WHERE run = 1 AND name = 'a'")
        (finding,) = self.found(folder)
        assert finding.text == "p1234, r1: a: missing in the database"
        assert finding.fix == "damnit-daemon doctor --verify --repair"

    @pytest.mark.extended
    def test_doctor_verify_reports_lost_results_file(self, folder):
        folder.results_file(RunKey(1234, 2)).unlink()
        (finding,) = self.found(folder)
        missing = "missing in the results file"
        assert finding.text == f"p1234, r2: a: {missing}; bad: {missing}"

    @pytest.mark.extended
    def test_doctor_verify_reports_older_results_file(self, folder):
        path = folder.results_file(RunKey(1234, 1))
        before = path.read_bytes()
        extract(folder, keys(1), mock=True, variables=["a"])
        after = path.read_bytes()
        path.write_bytes(before)
        (finding,) = self.found(folder)
        assert finding.text == "p1234, r1: a: the results file has an older value"
        path.write_bytes(after)
        assert self.found(folder)[0].grade is Grade.FINE

    @pytest.mark.extended
    def test_doctor_verify_reports_bit_flip_by_checksum(self, folder):
        path = folder.results_file(RunKey(1234, 2))
        with h5py.File(path, "a") as file:
            file["a/data"][...] += 1
        (finding,) = self.found(folder)
        assert finding.text == "p1234, r2: a: its data differs from what was written (checksum)"
        assert finding.fix == "damnit-daemon reprocess 2 --proposal 1234 --var a"

    @pytest.mark.extended
    def test_doctor_verify_counts_values_without_checksums(self, folder):
        for path in map(folder.results_file, folder.results()):
            with h5py.File(path, "a") as file:
                del file[".reduced/a"].attrs["checksums"]
        grades = {finding.text: finding.grade for finding in self.found(folder)}
        assert grades == {
            "files and database agree on 2 runs": Grade.FINE,
            "without checksums, so not compared with them: 2 values": Grade.NOTE,
        }

    @pytest.mark.extended
    def test_doctor_verify_reports_file_that_hangs_hdf5(self, folder, monkeypatch):
        monkeypatch.setattr(reader_process, "SPINNING_S", 1.0)
        path = folder.results_file(RunKey(1234, 1))
        shutil.copyfile(DAMAGED / "fragment-hang.h5", path)
        (finding,) = self.found(folder)
        assert finding.text == f"{path}: The file is damaged: reading it never ends."
        (told, _) = wrong(folder)["results"]
        assert told == finding.text

    @pytest.mark.extended
    def test_doctor_verify_skips_runs_with_fragments(self, folder):
        add_fragment(folder)
        texts = [finding.text for finding in self.found(folder)]
        assert texts == [
            "files and database agree on 1 run", "skipped, as fragments are pending: 1 run",
        ]  # fmt: skip

    def test_doctor_verify_repair_restores_values_of_older_database(self, damnit, folder):
        def rows():
            with closing(sqlite3.connect(folder.database)) as con:
                return con.execute(
                    "SELECT proposal, run, name, value, summary_type, attributes "
                    "FROM run_variables ORDER BY 1, 2, 3"
                ).fetchall()

        before = rows()
        with closing(sqlite3.connect(folder.database)) as con, con:
            con.execute("DELETE FROM run_variables WHERE run = 1")
            con.execute("DELETE FROM run_info WHERE run = 1")
            con.execute("UPDATE run_info SET start_time = 5 WHERE run = 2")
            con.execute(
                "UPDATE run_variables SET value = 77, timestamp = 1, attributes = "
                "json_set(CAST(attributes AS TEXT), '$.computed_at', 1.0) "
                "WHERE run = 2 AND name = 'a'"
            )
            con.execute(
                "INSERT INTO run_variables (proposal, run, name, version, value, "
                "timestamp, provenance) VALUES (1234, 2, 'comment', 1, 'mine', 3, "
                "'manual-input')"
            )
        assert "missing in the database" in damnit("doctor", "--verify").out
        result = damnit("doctor", "--verify", "--repair")
        assert "+ p1234, r1: restored a, bad" in result.out
        assert "✓ verify: files and database agree on 2 runs" in result.out
        found = rows()
        assert [row for row in found if row[2] != "comment"] == before
        assert [row[3] for row in found if row[2] == "comment"] == ["mine"]
        with closing(sqlite3.connect(folder.database)) as con:
            (start,) = con.execute("SELECT start_time FROM run_info WHERE run = 1").fetchone()
        assert start is not None
