"""Open a folder in the app, or print its table where the app cannot be shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from damnit_daemon.errors import DamnitError

if TYPE_CHECKING:
    from damnit_daemon.export import TextFormat

    from .data.session import Session
    from .state.cli_overrides import CliOverrides
    from .terminal.graphics.protocol_choice import GraphicsSetting

DEMO = "demo"
"""The word that shows the demo instead of a folder."""
SERVE = "serve"
"""The word that serves the table of a folder to browsers."""
COMPLETION = "_DAMNIT_TUI_COMPLETE"
"""Set by the shell, which wants the words that may follow; then there are no arguments."""
UNABLE = frozenset({"", "dumb", "unknown"})
"""Values of TERM of terminals that cannot move their cursor."""


class Options(NamedTuple):
    """The command line options."""

    folder: str | None = None
    read_only: bool = False
    lite: bool = False
    print_format: TextFormat | None = None
    """Print the table in this format instead of opening the app."""
    filter: str = ""
    sort: str = ""
    columns: str = ""
    """Columns to show, in order."""
    view: str = ""
    """The name of a saved view; other options take precedence."""
    graphics: GraphicsSetting = "auto"
    """How images are drawn."""
    plot: str = ""
    """Print a plot of these columns instead of opening the app, such as `xgm vs run`."""
    size: tuple[int | None, int | None] = (None, None)
    """Columns and lines of the printed plot; None for the terminal's."""
    fit: str = ""
    """The fit of the printed plot: linear, gaussian or erf."""
    follow: bool = False
    """Go on printing new and changed runs."""
    derive: tuple[str, ...] = ()
    """Definitions of derived columns, besides those of the view."""


def why_printed(environ: Mapping[str, str]) -> str:
    """Explain why the app cannot be used here; empty if it can, or if the output is piped."""
    if environ.get("TEXTUAL_DRIVER") or not sys.stdout.isatty():
        return ""
    if not sys.stdin.isatty():
        return "Standard input is not a terminal"
    if environ.get("TERM", "") in UNABLE:
        return f"This terminal (TERM={environ.get('TERM', '')}) is not supported"
    return ""


def is_seen(environ: Mapping[str, str]) -> bool:
    """Return True if a user can see and use the app: in a terminal, or in a browser."""
    if environ.get("TEXTUAL_DRIVER"):  # textual-serve runs the app and draws it elsewhere
        return True
    return sys.stdout.isatty() and not why_printed(environ)


def run(options: Options) -> None:
    """Open the app, or print the table where the app cannot be shown.

    Raises:
        DamnitError: If the folder does not exist, or (printing) there is nothing to read.
    """
    from damnit_daemon.paths import locate_folder

    from .data.session import Session

    folder = locate_folder(options.folder)
    is_printed = bool(options.print_format or options.plot) or not is_seen(os.environ)
    if not folder.database.exists() and not folder.context_file.exists():
        if is_printed or options.folder is not None:
            raise no_damnit_folder(folder.path)
        chosen = choose_folder()
        if chosen is None:
            return
        folder = locate_folder(chosen)
    if is_printed:
        if not (options.print_format or options.plot) and (why := why_printed(os.environ)):
            print(f"damnit-tui: {why}; printing the table instead.", file=sys.stderr)
        session = Session(folder, read_only=options.read_only)
        if options.plot:
            print_plot_of(session, options)
            return
        if options.follow:
            follow_table(session, options.print_format or "md", options)
            return
        print_table(session, options.print_format or "md", options)
        return
    overrides: CliOverrides | None = cli_overrides(options)
    while True:
        session = Session(folder, read_only=options.read_only)
        note_opened(folder.path)
        other = open_app(session, lite=options.lite, overrides=overrides, graphics=options.graphics)
        if other is None:
            return
        folder, overrides = locate_folder(other), None


def note_opened(folder: Path) -> None:
    """Record an opened folder in the background."""
    import threading

    def note() -> None:
        from .proposals.recent import note_opened

        note_opened(folder)

    threading.Thread(target=note, name="recent", daemon=True).start()


def choose_folder() -> Path | None:
    """Prompt for the folder to open."""
    from .proposals.folder_picker import FolderPickerApp

    return FolderPickerApp().run()


@contextmanager
def ignore_broken_pipe() -> Iterator[None]:
    """Let the reader of stdout close the pipe early (`head`)."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would report it again when it flushes at exit.
        sys.stdout = None


def print_table(session: Session, format_name: TextFormat, options: Options | None = None) -> None:
    """Print the table."""
    from damnit_daemon.export import TableSelection, load_table, text_parts
    from damnit_daemon.model.sanitize import for_stdout

    overrides = cli_overrides(options or Options())
    choice = TableSelection(*overrides.printed(session.load_columns), derive=overrides.derived)
    table = load_table(session.database, choice)
    if why := table.why_empty():
        print(f"damnit-tui: {why}", file=sys.stderr)
    parts = text_parts(table, format_name)
    with ignore_broken_pipe():
        for part in parts:
            sys.stdout.write(for_stdout(part))


def follow_table(session: Session, format_name: TextFormat, options: Options) -> None:
    """Print the table, then its new and changed rows, until Ctrl-C or the reader has gone."""
    from damnit_daemon.export import TableSelection, follow
    from damnit_daemon.model.sanitize import for_stdout

    overrides = cli_overrides(options)
    filter_text, _, columns = overrides.printed(session.load_columns)
    selection = TableSelection(filter_text, "", columns, derive=overrides.derived)
    lines = follow.NewLines(session.database, selection, format_name)
    left_out: set[str] = set()

    def write() -> None:
        text = lines.read()
        if new := [title for title in lines.left_out if title not in left_out]:
            left_out.update(new)
            report(f"new columns are not printed: {', '.join(new)}. Start again to print them.")
        sys.stdout.write(for_stdout(text))
        sys.stdout.flush()

    def report(problem: str) -> None:
        text = for_stdout(f"damnit-tui: {problem or 'the table can be read again.'}")
        print(text, file=sys.stderr)

    with ignore_broken_pipe(), suppress(KeyboardInterrupt):
        follow.follow_table(session.database, write, report, pause=_pause_for_reader)


def _pause_for_reader(seconds: float) -> None:
    """Wait for some seconds.

    Raises:
        BrokenPipeError: If the reader of stdout has gone, as `head` does.
    """
    import select

    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)  # errors and hang-ups are always reported
    if poll.poll(seconds * 1000):
        raise BrokenPipeError


def print_plot_of(session: Session, options: Options) -> None:
    """Print the plot that the options name."""
    from .plot.print import PlotRequest, print_plot

    overrides = cli_overrides(options)
    filter_text, _, _ = overrides.printed(session.load_columns)
    request = PlotRequest(options.plot, filter_text, *options.size, options.fit, overrides.derived)
    with ignore_broken_pipe():
        print_plot(session.database, request)


def cli_overrides(options: Options) -> CliOverrides:
    """The view requested by the options.

    Raises:
        DamnitError: If there is no view of that name.
    """
    from .state.cli_overrides import CliOverrides
    from .state.saved_views import load_view

    view = load_view(options.view) if options.view else None
    return CliOverrides(view, options.filter, options.sort, options.columns, options.derive)


def open_app(
    session: Session,
    *,
    lite: bool = False,
    at_end: Callable[[], None] = lambda: None,
    overrides: CliOverrides | None = None,
    state: Path | None = None,
    graphics: GraphicsSetting = "auto",
) -> Path | None:
    """Open the app and run it.

    Args:
        session: The folder to show.
        lite: Reduce output for a slow line.
        at_end: Called if the terminal goes away and the app cannot end by itself.
        overrides: The view to show, instead of the last state.
        state: Where to save the state; None for the user's files.
        graphics: How images are drawn: in pixels, half blocks or shades; or the terminal's best.

    Returns:
        Another folder that the user wants to open instead.
    """
    session.first_page.begin()
    from .early_paint import first_sight
    from .state.cli_overrides import CliOverrides
    from .terminal.graphics.protocol_choice import may_ask

    as_left = overrides is None or overrides == CliOverrides()
    with first_sight(session, is_enabled=as_left and not lite, state=state):
        problems, theme = _take_settings()
        from .app import DamnitApp

        app = DamnitApp(session, lite=lite, at_end=at_end)
    app.main_screen.graphics.setting = graphics
    app.asks_terminal = may_ask(graphics, os.environ, lite=lite)
    app.main_screen.onboards = True
    session_state = app.main_screen.session_state
    if state is not None:
        session_state.keep_in(state)
    session_state.autosave.begin()
    session_state.problems, session_state.theme = problems, theme
    if overrides is not None:
        session_state.overrides = overrides
    other = app.run()
    if app.return_code:
        raise SystemExit(app.return_code)
    return other


def _take_settings() -> tuple[tuple[str, ...], str]:
    """Apply the user's keys to the key table, before bindings are made of it.

    Returns:
        The errors in the settings, and the theme.
    """
    from . import keymap
    from .state.settings import load_settings

    settings = load_settings()
    problems = settings.problems
    if settings.keys:
        from .keymap.user_keymap import with_own_keys

        keymap.KEYS, more = with_own_keys(keymap.KEYS, settings.keys)
        problems += more
    return problems, settings.theme


def no_damnit_folder(path: Path) -> DamnitError:
    """The error for a folder without a DAMNIT database."""
    return DamnitError(
        f"{path} is not a DAMNIT folder: it has neither runs.sqlite nor context.py.",
        hint="Give a DAMNIT folder or a proposal number, or try `damnit-tui demo`.",
    )
