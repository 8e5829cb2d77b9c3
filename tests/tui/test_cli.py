"""The command line of `damnit-tui`."""

import os
import re
import signal
import socket
import subprocess
import sys

import pytest

from damnit_tui import cli
from damnit_tui.cli import Options, is_plain, main
from damnit_tui.state.column_layout import ColumnLayout
from damnit_tui.state.column_selection import ColumnSelection
from damnit_tui.state.saved_views import save_view
from damnit_tui.state.view_state import ViewState
from tests.daemon.builders import make_damnit_folder

from .conftest import PROPOSAL, add_run


def run(*arguments, **environ):
    return subprocess.run(
        [sys.executable, "-m", "damnit_tui", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environ},
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "plain"),
    [
        ([], True),
        (["/some/folder"], True),
        (["1234"], True),
        (["demo"], False),
        (["serve"], False),
        (["--help"], False),
        (["a", "b"], False),
    ],
)
def test_command_with_only_a_folder_does_not_import_typer(arguments, plain):
    assert is_plain(arguments) is plain


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (["x", "--read-only", "--lite"], Options("x", read_only=True, lite=True)),
        (["--print", "csv", "x"], Options("x", print_format="csv")),
        (["x", "--print"], Options("x", print_format="md")),
        (["--print", "/"], Options("/", print_format="md")),
        (["--print", "1234"], Options("1234", print_format="md")),
        (["--print", "--lite", "x"], Options("x", lite=True, print_format="md")),
        (["--print=json"], Options(None, print_format="json")),
        (["x", "--view", "a b", "--sort", "-a"], Options("x", view="a b", sort="-a")),
        (["x", "--plot", "a vs b"], Options("x", plot="a vs b")),
        (["x", "--print", "-f"], Options("x", print_format="md", follow=True)),
        (["--plot=a", "--fit", "erf"], Options(None, plot="a", fit="erf")),
        (["--plot=a", "--width=90", "--height=30"], Options(None, plot="a", size=(90, 30))),
        (["x", "--filter", "a > 1", "--columns", "a"], Options("x", filter="a > 1", columns="a")),
    ],
)
def test_command_options_are_parsed(monkeypatch, arguments, options):
    asked = []
    monkeypatch.setattr(cli, "run", asked.append)
    monkeypatch.setattr("damnit_tui.cli_options.run", asked.append, raising=False)
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert not end.value.code
    assert asked == [options]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(["/no/such/folder"], "There is no folder"), (["."], "is not a DAMNIT folder")],
)
def test_command_mistake_is_reported_in_one_line(arguments, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert reason in done.stderr


def test_debug_option_shows_the_traceback():
    done = run("/no/such/folder", "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


@pytest.mark.parametrize("words", [["--print", "xml", "."], ["--print=xml"], ["--print", "/none"]])
def test_unknown_print_format_is_named_as_the_mistake(words, capsys):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert "'--print': " in said
    assert f"{words[-1] if '/' in words[-1] else 'xml'!r} is neither a format" in said
    assert "(md, csv, tsv, json, jsonl, html) nor a folder." in said


def test_output_to_a_pipe_is_the_printed_table(folder):
    done = run(folder.path)
    assert done.returncode == 0, done.stderr
    assert "| Run |" in done.stdout
    assert "first light" in done.stdout


def test_print_option_selects_the_format(folder):
    assert run(folder.path, "--print", "csv").stdout.startswith("Proposal,Run,")
    assert run(folder.path, "--print", "json").stdout.lstrip()[0] in "[{"


def test_print_option_respects_filter_sort_and_columns(folder):
    done = run(
        folder.path, "--print=tsv", "--filter=ratio > 0.98", "--sort=-run", "--columns=ratio,sample"
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "Proposal\tRun\tTimestamp\tRatio\tSample"
    assert [line.split("\t")[1] for line in lines[1:]] == [
        *("412", "411", "410", "409", "407", "406", "405", "404")
    ]


def test_print_option_uses_a_saved_view(folder):
    choice = ColumnLayout(hidden=frozenset({"comment", "scan"}), pinned=("ratio",))
    elsewhere = ("hits_of_another_folder / 2 as half", "not a definition")
    view = ViewState("ratio > 0.98", "run", ColumnSelection(choice), derived=elsewhere)
    save_view("short", view)
    rows = [
        line.split(",")
        for line in run(folder.path, "--print=csv", "--view=short").stdout.splitlines()
    ]
    assert rows[0][3] == "Ratio"
    assert not {"Comment", "Scan"} & {*rows[0]}
    assert rows[1][1] == "404"
    last = run(folder.path, "--print=csv", "--view=short", "--sort=-run").stdout.splitlines()[1]
    assert last.split(",")[1] == "412"


@pytest.mark.extended
@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--filter=ratoi > 1", "no column 'ratoi'. Did you mean ratio?"),
        ("--sort=nothing", "no column 'nothing'"),
        ("--columns=nothing", "no column 'nothing'"),
        ("--view=nothing", "Unknown view 'nothing'"),
    ],
)
def test_print_option_reports_unknown_names_in_one_line(folder, option, reason):
    done = run(folder.path, "--print=csv", option)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert reason in done.stderr


def test_plot_option_prints_a_plot_as_text(folder):
    size = ("--width=70", "--height=14")
    done = run(folder.path, "--plot", "xgm.intensity vs run", *size, PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 15
    assert lines[0] == " XGM/Intensity [µJ]"
    assert lines[-2].strip() == "Run"
    assert lines[-1] == " 1 missing or not numeric"
    assert lines[-3].split() == ["395", "400", "405", "410"]
    assert "\x1b" not in done.stdout
    # Over the run, unless another column is named; and the same however Python hashes texts.
    again = run(folder.path, "--plot=intensity", *size, PYTHONHASHSEED="2")
    assert again.stdout == done.stdout


def test_fit_option_prints_parameters_and_statistics_of_each_column(folder):
    done = run(folder.path, "--plot", "hits, ratio", "--fit=linear", "--width=60", "--height=10")
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.endswith("points")] == [
        " 17 of 17 points",
        " 18 of 18 points",
    ]
    for row in (r"mean +[\d.]+", r"slope +\S+ ± \S+", r"intercept +\S+ ± \S+"):
        assert len(re.findall(rf"^ {row}$", done.stdout, re.MULTILINE)) == 2


@pytest.mark.parametrize("option", ["--plot=ratio", "--print=csv"])
def test_output_to_a_closed_pipe_ends_without_an_error(folder, option):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "damnit_tui", str(folder.path), option]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def following(folder, *options, stdout=subprocess.PIPE):
    command = [sys.executable, "-m", "damnit_tui", str(folder.path), "--print=csv", "--follow"]
    return subprocess.Popen([*command, *options], stdout=stdout, text=True)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_followed_table_is_printed_run_by_run_until_a_signal(folder, end):
    with following(folder, "--columns=ratio", "--filter=run > 411") as process:
        lines = [process.stdout.readline() for _ in range(2)]
        assert lines == ["Proposal,Run,Timestamp,Ratio\n", lines[1]]
        add_run(folder, 413)
        assert process.stdout.readline().startswith(f"{PROPOSAL},413,")
        process.send_signal(end)
        assert process.wait(20) == 0
        assert process.stdout.read() == ""


def test_followed_table_ends_when_its_reader_does(folder):
    with following(folder) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 0


def test_followed_table_ends_with_the_ssh_connection_that_reads_it(folder):
    here, there = socket.socketpair()  # as sshd starts commands
    only = "--filter=run = 412"
    with here, here.makefile() as lines, following(folder, only, stdout=there) as process:
        there.close()
        assert [line[:8] for line in (lines.readline(), lines.readline())] == [
            "Proposal",
            "1234,412",
        ]
        here.shutdown(socket.SHUT_RDWR)
        assert process.wait(20) == 0


def test_plot_option_respects_filter_and_width(folder):
    done = run(folder.path, "--plot", "hits, ratio", "--filter", "run > 408", "--width", "150")
    lines = done.stdout.splitlines()
    assert lines[0] == " ● AGIPD/Hits ● Ratio"
    assert max(map(len, lines)) > 140
    assert "409" in lines[-3]
    assert "405" not in lines[-3]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--plot=rati"], "no column 'rati'. Did you mean ratio?"),
        (["--plot=ratio vs tiem"], "no column 'tiem'. Did you mean start_time?"),
        (
            ["--plot=ratio vs run vs time"],
            "No columns to plot in 'ratio vs run vs time'. For example: 'xgm'",
        ),
        (["--plot=,"], "No columns to plot"),
        (["--plot=ratio", "--fit=cubic"], "No fit 'cubic'. Use linear, gaussian, erf."),
        (["--plot=comment"], "Comment has texts, images or arrays, but no numbers"),
        (["--plot=ratio", "--filter=run > 900"], "No runs match the filter."),
        (["--plot=ratio", "--filter=nothing > 1"], "no column 'nothing'"),
    ],
)
def test_invalid_plot_option_is_reported_in_one_line(folder, arguments, reason, capsys):
    with pytest.raises(SystemExit) as end:
        main([str(folder.path), *arguments])
    assert end.value.code == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert reason in said.err
    assert len(said.err.splitlines()) == 1


def test_print_without_runs_says_what_to_do_on_stderr(tmp_path):
    path = make_damnit_folder(tmp_path / "amore").path
    done = run(path, "--print=csv")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert "no runs yet" in done.stderr
    assert "damnit-daemon start" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_print_without_a_database_is_an_error(empty_folder):
    done = run(empty_folder.path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [["-h"], ["demo", "-h"]])
def test_short_help_option_prints_the_help_with_an_example(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert not caught.value.code
    assert "Example" in capsys.readouterr().out


PROGRAM = "import sys; sys.argv = ['damnit-tui']; from damnit_tui.cli import main; main()"


def complete(*words):
    """The completions of the last word, by a process as Bash starts it."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={
            **os.environ,
            "COMP_WORDS": " ".join(["damnit-tui", *words]),
            "COMP_CWORD": str(len(words)),
            "_DAMNIT_TUI_COMPLETE": "complete_bash",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_shell_completes_options_and_their_values(folder):
    save_view("short", ViewState("ratio > 0.98"))
    save_view("two words", ViewState("ratio > 0.98"))
    place = str(folder.path)
    assert complete(place, "--sort", "run,-ra") == ["run,-ratio"]
    assert complete("--view", "") == ["short"]


@pytest.mark.extended
def test_shell_completes_formats_and_options():
    assert complete("--print", "") == ["md", "csv", "tsv", "json", "jsonl", "html"]
    assert complete("de") == ["demo"]
    assert complete("demo", "--r") == ["--runs"]
    assert complete("--re") == ["--read-only"]


def test_version_option_prints_the_version():
    from damnit_daemon import __version__

    assert run("--version").stdout == f"damnit-tui {__version__}\n"
