"""Command line options, parsed by Typer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated

import typer

from damnit_daemon.errors import DamnitError
from damnit_daemon.paths import proposal_number
from damnit_daemon.user_path import typed_path

from .startup import COMPLETION, DEMO, SERVE, Options, run
from .terminal.graphics.protocol_choice import GraphicsSetting

if TYPE_CHECKING:
    from damnit_daemon.export import TextFormat

PROGRAM = "damnit-tui"
OPEN_HELP = (
    "Show the run table of a DAMNIT folder, live.\n\n"
    "`damnit-tui demo` shows a simulated experiment and needs nothing else; "
    "`damnit-tui serve FOLDER` serves the table to browsers."
)
OPEN_EXAMPLE = "Example: damnit-tui 1234 --filter 'xgm > 500' --sort=-run"
SERVE_EXAMPLE = "Example: damnit-tui serve 1234 --filter 'xgm > 500'"
DEMO_EXAMPLE = "Example: damnit-tui demo --runs 50 --every 2"


def _print_format(text: str | None) -> TextFormat | None:
    if text is None:
        return None
    from damnit_daemon.export.formats import TEXT_FORMATS, as_text_format

    if (found := as_text_format(text)) is None:
        formats = ", ".join(TEXT_FORMATS)
        message = f"{text!r} is neither a format ({formats}) nor a folder."
        raise typer.BadParameter(message, param_hint="'--print'")
    return found


def _check_follow(format: TextFormat | None, sort: str) -> None:
    from damnit_daemon.export.formats import LINE_FORMATS

    if format not in LINE_FORMATS:
        formats = ", ".join(LINE_FORMATS)
        raise typer.BadParameter(f"--follow needs --print with one of {formats}.")
    if sort:
        raise typer.BadParameter("--follow prints runs as they come, so --sort is not possible.")


def _complete_demo(incomplete: str) -> list[str]:
    # else: files
    return [word for word in (DEMO, SERVE) if incomplete and word.startswith(incomplete)]


def _complete_columns(incomplete: str) -> list[str]:
    from damnit_daemon.shell_completion import complete_columns

    # Not from the context: an option without its value ends the parsing before the folder.
    return complete_columns(next(filter(_names_folder, _typed_so_far()), None), incomplete)


def _complete_format(incomplete: str) -> list[str]:
    from damnit_daemon.export.formats import TEXT_FORMATS
    from damnit_daemon.shell_completion import complete_word

    return complete_word(incomplete, TEXT_FORMATS)


def _complete_fit(incomplete: str) -> list[str]:
    from damnit_daemon.shell_completion import complete_word

    from .plot.state import FITS

    return complete_word(incomplete, FITS)


def _complete_view(incomplete: str) -> list[str]:
    from damnit_daemon.shell_completion import complete_word

    from .state.saved_views import list_views

    return complete_word(incomplete, list_views())


Filter = Annotated[
    str, typer.Option(metavar="TEXT", help="Only matching runs, such as 'xgm > 500 sample ~ dark'.")
]
Sort = Annotated[
    str,
    typer.Option(
        metavar="COLUMNS",
        autocompletion=_complete_columns,
        help="Sort by columns, such as xgm,-run; - for descending.",
    ),
]
Columns = Annotated[
    str,
    typer.Option(
        metavar="COLUMNS",
        autocompletion=_complete_columns,
        help="Only these columns, in this order, such as comment,xgm.",
    ),
]
Lite = Annotated[
    bool, typer.Option("--lite", help="For slow connections: no images, one repaint per second.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


def open_folder(
    folder: Annotated[
        str | None,
        typer.Argument(
            metavar="FOLDER|PROPOSAL",
            autocompletion=_complete_demo,
            help="DAMNIT folder or proposal number; default: the current directory.",
        ),
    ] = None,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help="Disable editing, reprocessing and all other changes."),
    ] = False,
    lite: Lite = False,
    print_: Annotated[
        str | None,
        typer.Option(
            "--print",
            metavar="md|csv|tsv|json|jsonl|html",
            autocompletion=_complete_format,
            help="Print the table and exit, by default as md. Default in a pipe: md.",
        ),
    ] = None,
    follow: Annotated[
        bool,
        typer.Option(
            "-f",
            "--follow",
            help="With --print md, csv, tsv or jsonl: go on printing runs that are new or have "
            "changed, until Ctrl-C.",
        ),
    ] = False,
    filter: Filter = "",
    sort: Sort = "",
    columns: Columns = "",
    derive: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EXPRESSION as NAME",
            help="A further column, such as 'hits / pulses as rate [1/pulse]'; may be repeated.",
        ),
    ] = None,
    view: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            autocompletion=_complete_view,
            help="A view saved with :view save NAME.",
        ),
    ] = "",
    graphics: Annotated[
        GraphicsSetting,
        typer.Option(
            help="Draw images as pixels (kitty protocol), half blocks or shades (none); auto: "
            "the best that the terminal supports."
        ),
    ] = "auto",
    plot: Annotated[
        str,
        typer.Option(
            metavar="COLUMNS",
            autocompletion=_complete_columns,
            help="Print a plot and exit, such as 'xgm', 'xgm vs run' or 'a, b vs delay'.",
        ),
    ] = "",
    fit: Annotated[
        str,
        typer.Option(
            metavar="linear|gaussian|erf",
            autocompletion=_complete_fit,
            help="Fit each column of the plot; print the parameters and statistics.",
        ),
    ] = "",
    width: Annotated[
        int | None,
        typer.Option(min=24, help="Width of the plot in columns; default: the terminal's."),
    ] = None,
    height: Annotated[
        int | None, typer.Option(min=8, help="Height of the plot in lines; default: 20.")
    ] = None,
    debug: Debug = False,  # noqa: ARG001 – main looks for it
    version: Annotated[bool, typer.Option("--version", help="Show version and exit.")] = False,
) -> None:
    """Open the app."""
    if version:
        from damnit_daemon import __version__

        typer.echo(f"{PROGRAM} {__version__}")
        return
    if plot and print_:
        raise typer.BadParameter("Use only one of --print and --plot.")
    if fit and not plot:
        raise typer.BadParameter("--fit needs a plot: give columns with --plot.")
    size, format = (width, height), _print_format(print_)
    if follow:
        _check_follow(format, sort)
    shown = (filter, sort, columns, view)
    options = Options(folder, read_only, lite, format, *shown, graphics, plot, size, fit, follow)
    run(options._replace(derive=tuple(derive or ())))


def show_demo(
    runs: Annotated[
        int | None,
        typer.Option(min=1, help="Number of runs; default: 20, or 6 if the table is printed."),
    ] = None,
    every: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            metavar="SECONDS",
            help="Time between runs; default: 5, or 0.5 if the table is printed.",
        ),
    ] = None,
    lite: Lite = False,
    debug: Debug = False,  # noqa: ARG001 – main looks for it
) -> None:
    """Show a simulated experiment with new runs arriving."""
    from .demo import run_demo

    run_demo(runs=runs, every_s=every, lite=lite)


def serve(
    folder: Annotated[
        str | None,
        typer.Argument(
            metavar="FOLDER|PROPOSAL",
            help="DAMNIT folder or proposal number; default: the current directory.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port; default: any that is free.")
    ] = 0,
    filter: Filter = "",
    sort: Sort = "",
    columns: Columns = "",
    debug: Debug = False,  # noqa: ARG001 – main looks for it
) -> None:
    """Serve the table as a page for browsers, read-only, until Ctrl-C.

    Only from this machine, or through an SSH tunnel, and only with the printed address.
    """
    from .serve import serve_folder

    serve_folder(folder, port, (filter, sort, columns))


def parse_and_run(arguments: Sequence[str]) -> None:
    """Run the program with these arguments.

    Not one app with two commands: the first argument may be any folder.
    """
    words = list(arguments) or _typed_so_far()
    app = typer.Typer(
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # as in damnit-daemon
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if words[:1] == [DEMO]:
        app.command(name=DEMO, epilog=DEMO_EXAMPLE)(show_demo)
        app(args=words[1:], prog_name=f"{PROGRAM} {DEMO}", complete_var=COMPLETION)
    elif words[:1] == [SERVE]:
        app.command(name=SERVE, epilog=SERVE_EXAMPLE)(serve)
        app(args=words[1:], prog_name=f"{PROGRAM} {SERVE}", complete_var=COMPLETION)
    else:
        words = _with_format(words)
        app.command(help=OPEN_HELP, epilog=OPEN_EXAMPLE)(open_folder)
        app(args=words, prog_name=PROGRAM)


def _typed_so_far() -> list[str]:
    """Return the arguments in a line that the shell wants to be completed."""
    if COMPLETION not in os.environ:
        return []
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    return line.split()[1:]


def _with_format(words: list[str]) -> list[str]:
    """Give `--print` its default before an option or a folder: Typer has no optional values."""
    expanded = []
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        is_bare = word == "--print" and (
            not following or following.startswith("-") or _names_folder(following)
        )
        expanded.append("--print=md" if is_bare else word)
    return expanded


def _names_folder(text: str) -> bool:
    """Return True for a proposal number, or the path of a folder."""
    if proposal_number(text) is not None:
        return True
    try:
        return os.path.isdir(typed_path(text))  # noqa: PTH112 – false if unreachable
    except DamnitError:
        return False
