"""The commands `proposal`, `db-config`, `read-context`, `export` and `combine`."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest
import typer

import damnit_daemon
from damnit_daemon.cli.app import app
from damnit_daemon.model import RunKey
from damnit_daemon.services.extraction import extract
from damnit_daemon.store import (
    Database,
    delete_setting,
    ensure_run,
    load_columns,
    load_settings,
    save_setting,
)
from tests.daemon.builders import keys


def settings(folder):
    with Database(folder.database).reading() as con:
        return load_settings(con)


def test_version_option_prints_version(damnit):
    assert damnit("--version").out == f"damnit-daemon {damnit_daemon.__version__}\n"


@pytest.mark.parametrize(
    "arguments", [["--nonsense"], ["nonsense"], ["reprocess"], ["proposal", "x"]]
)
def test_usage_error_exits_with_code_2(damnit, folder, arguments):
    assert damnit(*arguments).code == 2


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_each_command_has_help_that_ends_with_a_valid_example(damnit, option):
    group = typer.main.get_command(app)
    for name, command in group.commands.items():
        result = damnit(name, option)
        assert (result.code, result.err) == (0, ""), name
        assert "--in" in result.out
        program, *words = shlex.split(result.out.partition("Example: ")[2])
        assert (program, words.pop(0)) == ("damnit-daemon", name)
        command.make_context(name, words)  # raises if an option does not exist


def test_help_imports_no_heavy_module():
    code = (
        "import sys\nfrom damnit_daemon.cli import main\n"
        "sys.argv = ['damnit', 'reprocess', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'h5py', 'xarray', 'extra_data', 'sqlite3', 'rich.progress', 'textual'}\n"
        "sys.exit(str(heavy & sys.modules.keys()) if heavy & sys.modules.keys() else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_command_alone_prints_help_with_first_steps(damnit):
    result = damnit()
    said = " ".join((result.out + result.err).split())
    assert "To begin: `damnit-daemon proposal NUMBER` creates a folder" in said


def test_missing_context_file_is_reported_with_what_creates_one(damnit, folder):
    folder.context_file.unlink()
    for words in (
        ["read-context"],
        ["read-context", "--check"],
        ["reprocess", "1", "--direct", "--mock"],
        ["reprocess", "all", "--changed"],
    ):
        result = damnit(*words)
        assert (result.code, result.out) == (1, "")
        assert result.err == (
            f"damnit: There is no {folder.context_file}. "
            "Create one: damnit-daemon proposal NUMBER\n"
        )


def test_export_without_runs_says_why_on_stderr(damnit, folder):
    result = damnit("export", "--format", "csv")
    assert (result.code, len(result.out.splitlines())) == (0, 1)
    assert result.err.startswith("damnit: no runs yet. Process them as they arrive (")
    assert result.err.count("\n") == 1
    extract(folder, keys(1), mock=True)
    assert damnit("export", "--filter", "run > 1").err == "damnit: no runs match the filter.\n"
    assert damnit("export").err == ""


def test_error_is_one_line_without_traceback(damnit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = damnit("export")
    assert result.code == 1
    assert result.err.startswith("damnit: There is no run database")
    assert result.err.count("\n") == 1


def test_debug_option_shows_traceback(damnit, tmp_path, monkeypatch):
    from damnit_daemon.store import DatabaseMissing

    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatabaseMissing):
        damnit("--debug", "export")


class TestProposal:
    def test_proposal_creates_folder(self, damnit, tmp_path):
        result = damnit("--in", tmp_path / "new" / "amore", "proposal", 1234)
        assert result.code == 0
        assert "new database and context.py" in result.out
        assert (tmp_path / "new" / "amore" / "runs.sqlite").exists()

    def test_proposal_number_finds_its_folder(self, damnit, proposal):
        assert damnit("--in", "1234", "proposal", "1234").code == 0
        assert (proposal.damnit_folder / "context.py").exists()
        assert damnit("--in", "1234", "proposal").out == "1234\n"

    def test_proposal_shows_and_changes_number(self, damnit, folder):
        assert damnit("proposal").out == "1234\n"
        assert damnit("proposal", "2222").code == 0
        assert damnit("proposal").out == "2222\n"

    def test_proposal_copies_given_context_file(self, damnit, tmp_path):
        (tmp_path / "mine.py").write_text("# mine\n")
        damnit("proposal", 1, "--in", tmp_path / "new", "--context", tmp_path / "mine.py")
        assert (tmp_path / "new" / "context.py").read_text() == "# mine\n"

    def test_proposal_copies_context_file_from_other_folder(self, damnit, folder, tmp_path):
        assert damnit("proposal", 5, "--in", tmp_path / "new", "--like", folder.path).code == 0
        assert "hello from a" in (tmp_path / "new" / "context.py").read_text()

    def test_proposal_without_files_is_reported(self, damnit, folder, proposal):
        assert "No proposal 4321" in damnit("proposal", "4321").err

    def test_proposal_in_missing_folder_fails(self, damnit, tmp_path):
        assert damnit("--in", tmp_path / "gone", "proposal").code == 1


class TestDbConfig:
    def test_db_config_lists_settings(self, damnit, folder):
        out = damnit("db-config").out
        assert "proposal=1234\n" in out
        assert f"context_python={sys.executable!r}" in out

    def test_db_config_sets_shows_and_deletes_a_setting(self, damnit, folder):
        assert damnit("db-config", "noncluster-mem", "50gb").code == 0
        assert settings(folder)["noncluster_mem"] == "50G"
        assert damnit("db-config", "noncluster_mem").out == "50G\n"
        assert damnit("db-config", "--delete", "noncluster_mem").code == 0
        assert "noncluster_mem" not in settings(folder)

    def test_db_config_prints_json_for_programs(self, damnit, folder):
        with Database(folder.database).writing() as con:
            con.execute("INSERT INTO metameta VALUES ('strange', x'00ff'), ('endless', 9e999)")
        found = json.loads(damnit("db-config", "--json").out)
        assert found == settings(folder) | {"strange": r"b'\x00\xff'", "endless": "inf"}
        assert json.loads(damnit("db-config", "endless", "--json").out) == "inf"
        assert json.loads(damnit("db-config", "proposal", "--json").out) == 1234
        assert damnit("db-config", "proposal", "1", "--json").code == 2

    @pytest.mark.extended
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["slurm_tim", "02:00:00"], "slurm_time"),
            (["slurm_time", "soon"], "02:00:00"),
            (["context_python", "/no/such/python"], "--force"),
            (["slurm_time"], "not set"),
            (["nonsense"], "Unknown setting"),
            (["--delete", "slurm_time"], "not set"),
            (["--delete", "db_id"], "cannot be deleted"),
        ],
    )
    def test_db_config_refuses_invalid_setting_with_remedy(self, damnit, folder, arguments, said):
        before = settings(folder)
        result = damnit("db-config", *arguments)
        assert result.code == 1
        assert said in result.err
        assert settings(folder) == before

    def test_db_config_force_sets_unknown_setting(self, damnit, folder):
        assert damnit("db-config", "--force", "mine", "7", "--num").code == 0
        assert settings(folder)["mine"] == 7


class TestReadContext:
    @pytest.mark.extended
    def test_read_context_stores_declared_variables(self, damnit, folder):
        result = damnit("read-context")
        assert result.out == "2 variables; changed: a, bad\n"
        with Database(folder.database).reading() as con:
            assert {c.name: c.tags for c in load_columns(con)} == {"a": ("t",), "bad": ()}
        assert damnit("read-context").out == "2 variables; changed: none\n"

    def test_read_context_check_stores_nothing(self, damnit, folder):
        assert "no errors" in damnit("read-context", "--check").out
        with Database(folder.database).reading() as con:
            assert load_columns(con) == []

    def test_read_context_prints_file_and_line_of_problem(self, damnit, folder):
        folder.context_file.write_text("x = 1\ndef broken(:\n")
        result = damnit("read-context", "--check")
        assert result.code == 1
        assert f"{folder.context_file}:2:" in result.err


class TestLabel:
    @pytest.fixture(autouse=True)
    def listed(self, folder):
        with Database(folder.database).writing() as con:
            for key in keys(1, 2, 3):
                ensure_run(con, key, added_at=1.0)

    def test_labels_are_set_removed_and_listed(self, damnit):
        assert damnit("label").out.startswith("no labels yet")
        assert damnit("label", "1-2", "bad", "sample-7").out == "changed: 2 runs\n"
        assert damnit("label", "2", "good").out == "changed: 1 run\n"
        assert damnit("label", "1", "sample-7", "--remove").out == "changed: 1 run\n"
        assert damnit("label", "1", "bad").out == "changed: 0 runs\n"
        assert damnit("label").out.split() == ["run", "labels", "1", "bad", "2", "good", "sample-7"]
        assert json.loads(damnit("label", "2,3", "--json").out) == [
            {"proposal": 1234, "run": 2, "labels": ["good", "sample-7"]},
            {"proposal": 1234, "run": 3, "labels": []},
        ]

    def test_namesakes_of_other_proposals_are_not_labelled(self, damnit, folder):
        with Database(folder.database).writing() as con:
            ensure_run(con, RunKey(2222, 2), added_at=1.0)
            save_setting(con, "proposal", "1234")  # as a text: of another program
        assert damnit("label", "2", "good").out == "changed: 1 run\n"
        assert [each["proposal"] for each in json.loads(damnit("label", "--json").out)] == [1234]
        with Database(folder.database).writing() as con:
            delete_setting(con, "proposal")
        result = damnit("label", "2", "bad")
        assert (result.code, result.out) == (1, "")
        assert "has no proposal yet" in result.err
        assert damnit("label", "2", "bad", "--proposal", "2222").out == "changed: 1 run\n"

    def test_unknown_run_keeps_all_labels_as_they_are(self, damnit):
        result = damnit("label", "1-5", "good")
        assert (result.code, result.out) == (1, "")
        assert "Not in the run table: 4-5." in result.err
        assert json.loads(damnit("label", "--json").out) == []

    @pytest.mark.parametrize(
        "arguments", [["x"], ["1", "--remove"], ["1", "good", "--json"], ["--remove"]]
    )
    def test_wrong_usage_is_refused(self, damnit, arguments):
        assert damnit("label", *arguments).code == 2

    def test_word_that_is_no_label_is_refused(self, damnit):
        result = damnit("label", "1", "none")
        assert result.code == 1
        assert "stands for runs without labels" in result.err


class TestExport:
    @pytest.fixture(autouse=True)
    def filled(self, folder):
        extract(folder, keys(1), mock=True)

    def test_export_prints_markdown_by_default(self, damnit):
        assert "| 1234 | 1 |" in damnit("export").out

    def test_export_format_follows_file_extension(self, damnit, tmp_path):
        assert damnit("export", "-o", tmp_path / "t.json").code == 0
        run = json.loads((tmp_path / "t.json").read_text())["runs"][0]
        assert run["values"] == {"a": 1, "bad": "✗ KeyError: 'x'"}

    def test_export_to_unknown_extension_is_a_usage_error(self, damnit, tmp_path):
        assert damnit("export", "-o", tmp_path / "t.docx").code == 2

    def test_export_to_unwritable_path_fails_with_reason(self, damnit, tmp_path):
        result = damnit("export", "-o", tmp_path / "gone" / "t.csv")
        assert result.code == 1
        assert "cannot be written" in result.err


def test_combine_reports_runs_and_damaged_fragments(damnit, folder):
    assert damnit("combine").out == "0 runs combined\n"
    folder.extracted_data.mkdir(exist_ok=True)
    (folder.extracted_data / "p1234_r1.abc.ready.h5").write_bytes(b"no HDF5")
    result = damnit("combine")
    assert result.code == 1
    assert "set aside p1234_r1.abc.ready.h5" in result.err
    assert "set aside    1 damaged fragment: see damnit-daemon doctor" in damnit("status").out
