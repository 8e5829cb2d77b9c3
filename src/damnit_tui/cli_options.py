"""Command line options, parsed by Typer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from .startup import DEMO, Options, run
from .terminal.graphics.protocol_choice import GraphicsSetting

PROGRAM = "damnit-tui"
OPEN_HELP = (
    "Show the run table of a DAMNIT folder, live.\n\n"
    "`damnit-tui demo` shows a made-up experiment; it needs nothing else on the machine."
)


def open_folder(
    folder: Annotated[
        str | None,
        typer.Argument(
            metavar="FOLDER|PROPOSAL",
            help="A DAMNIT folder, or a proposal number; the current directory by default.",
        ),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Change nothing, whatever is typed.")
    ] = False,
    lite: Annotated[
        bool, typer.Option("--lite", help="For slow lines: no images, one repaint a second.")
    ] = False,
    print_: Annotated[
        Literal["md", "csv", "tsv", "json"] | None,
        typer.Option("--print", help="Print the table and end; so does a pipe (as md)."),
    ] = None,
    filter: Annotated[
        str,
        typer.Option(metavar="TEXT", help="Only these runs, such as 'xgm > 500 sample ~ dark'."),
    ] = "",
    sort: Annotated[
        str, typer.Option(metavar="COLUMNS", help="Such as xgm,-run: the largest first after -.")
    ] = "",
    columns: Annotated[
        str, typer.Option(metavar="COLUMNS", help="Only these, in this order, such as comment,xgm.")
    ] = "",
    view: Annotated[
        str, typer.Option(metavar="NAME", help="A view kept with :view save NAME.")
    ] = "",
    graphics: Annotated[
        GraphicsSetting,
        typer.Option(
            help="Images: in pixels (kitty's way), half blocks, shades (none), or as it can."
        ),
    ] = "auto",
    plot: Annotated[
        str,
        typer.Option(
            metavar="COLUMNS",
            help="Print a plot and end, such as 'xgm', 'xgm vs run' or 'a, b vs delay'.",
        ),
    ] = "",
    width: Annotated[
        int | None, typer.Option(min=24, help="Columns of the plot; the terminal's by default.")
    ] = None,
    height: Annotated[
        int | None, typer.Option(min=8, help="Lines of the plot; 20 by default.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,  # noqa: ARG001 – main looks for it
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Open the app."""
    if version:
        from damnit_daemon import __version__

        typer.echo(f"{PROGRAM} {__version__}")
        return
    if plot and print_:
        raise typer.BadParameter("Give one of --print and --plot.")
    size = width, height
    run(Options(folder, read_only, lite, print_, filter, sort, columns, view, graphics, plot, size))


def show_demo(
    runs: Annotated[
        int | None,
        typer.Option(min=1, help="How many runs there will be: 20, or 6 if the table is printed."),
    ] = None,
    every: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            metavar="SECONDS",
            help="How long from run to run: 5, or 0.5 if the table is printed.",
        ),
    ] = None,
    lite: Annotated[
        bool, typer.Option("--lite", help="For slow lines: no images, one repaint a second.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,  # noqa: ARG001 – main looks for it
) -> None:
    """Show a made-up experiment, with new runs coming in."""
    from .demo import run_demo

    run_demo(runs=runs, every_s=every, lite=lite)


def parse_and_run(arguments: Sequence[str]) -> None:
    """Run the program with these arguments.

    Not one app with two commands: the first argument may be any folder.
    """
    words = list(arguments)
    app = typer.Typer(add_completion=True, pretty_exceptions_enable=False)
    if words[:1] == [DEMO]:
        app.command(name=DEMO)(show_demo)
        app(args=words[1:], prog_name=f"{PROGRAM} {DEMO}")
    else:
        words = _with_format(words)
        app.command(help=OPEN_HELP)(open_folder)
        app(args=words, prog_name=PROGRAM)


def _with_format(words: list[str]) -> list[str]:
    """Give `--print` its default where no format follows: Typer has no optional values."""
    given = []
    for word, following in zip(words, [*words[1:], ""], strict=True):
        bare = word == "--print" and following not in ("md", "csv", "tsv", "json")
        given.append("--print=md" if bare else word)
    return given
