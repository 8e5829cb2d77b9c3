from __future__ import annotations

import inspect
import io
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import textual
from textual.css.query import NoMatches

from damnit_daemon.model import RunKey, StoredValue, VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    Database,
    NewValue,
    create_database,
    ensure_run,
    save_values,
    update_computed_variables,
)
from damnit_daemon.store import add_user_variable as add_user_variable_to
from damnit_tui.app import DamnitApp
from damnit_tui.data.session import Session

SNAPSHOT_TEXTUAL = "8.2.8"
NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC).timestamp()
PROPOSAL = 1234


def pytest_configure(config: pytest.Config) -> None:
    """Pictures are of one exact Textual: those of another would differ everywhere."""
    updating = config.getoption("update_snapshots", default=False)
    if updating and textual.__version__ != SNAPSHOT_TEXTUAL:
        raise pytest.UsageError(
            f"snapshots are made with Textual {SNAPSHOT_TEXTUAL}, not {textual.__version__}"
        )


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch, tmp_path):
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):  # what the app keeps of its user
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in ("NO_COLOR", "TMUX", "COLORTERM", "TEXTUAL_ANIMATIONS"):
        monkeypatch.delenv(name, raising=False)


def key(run: int) -> RunKey:
    return RunKey(PROPOSAL, run)


def stored(value=None, name="v", run=1, **more) -> StoredValue:
    """A row as the database would give it."""
    return StoredValue(key(run), name, value, more.pop("timestamp", NOW), **more)


def png(width: int = 30, height: int = 20) -> bytes:
    from PIL import Image

    image = Image.new("RGB", (width, height), (20, 20, 60))
    for x in range(width // 3, 2 * width // 3):
        for y in range(height // 2):
            image.putpixel((x, y), (250, 200, 40))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


VARIABLES = [
    VariableInfo("xgm.intensity", "XGM/Intensity", "Mean pulse energy over the run."),
    VariableInfo("xgm.trend", "XGM/Trend", "Pulse energy, train by train."),
    VariableInfo("xgm.unit", "XGM/Pulse [uJ/p]"),
    VariableInfo("agipd.preview", "AGIPD/Preview", "Mean frame."),
    VariableInfo("agipd.hits", "AGIPD/Hits", "Frames with more than 12 peaks."),
    VariableInfo("scan", "Scan"),
    VariableInfo("ratio", "Ratio"),
]
RUNS = range(395, 413)


def example_values(run: int) -> list[NewValue]:
    """The values of one made-up run, some of each kind."""
    import numpy as np

    energy = 1032.4 - 12.6 * (412 - run) + (0.125 if run % 3 else 0)
    x = np.linspace(0, 100, 60)
    trend = np.stack([x, np.sin(x / 9 + run)])
    units = {"units": "µJ", "computed_at": NOW - 60 * (412 - run), "duration_s": 0.84}
    values = [
        NewValue(key(run), "xgm.intensity", energy, max_diff=3.0 * (run % 2), attributes=units),
        NewValue(key(run), "xgm.trend", trend, summary_type="trendline"),
        NewValue(key(run), "xgm.unit", 10.0 ** (run % 7 - 3) * 1.2345),
        NewValue(key(run), "agipd.preview", png()),
        NewValue(key(run), "agipd.hits", 1204 + 31 * (run % 5)),
        NewValue(key(run), "ratio", run / 412, attributes={"background": [255, 190, 90]}),
    ]
    if run == 410:
        error = {"error": "no source 'SA2_XTD1_XGM/XGM/DOOCS'", "error_cls": "SourceNameError"}
        values[0] = NewValue(key(run), "xgm.intensity", None, attributes=error)
        error = {"error": "division by zero", "error_cls": "ZeroDivisionError"}
        values[4] = NewValue(key(run), "agipd.hits", None, attributes=error)
    if run % 4 == 0:
        error = {"error": "Run is not a scan", "error_cls": "Skip"}
        values.append(NewValue(key(run), "scan", None, attributes=error))
    if run == 411:
        values.append(NewValue(key(run), "scan", "Dataset (12.34MB)"))
    if run == 405:
        chain = (
            "Skipped due to missing dependency:\n"
            "└ (agipd.hits) failed: ZeroDivisionError: division by zero"
        )
        error = {"error": chain, "error_cls": "DependencyError"}
        values.append(NewValue(key(run), "scan", None, attributes=error))
    return values


def make_folder(path: Path) -> DamnitFolder:
    """A folder with eighteen runs."""
    path.mkdir(parents=True)
    (path / "context.py").write_text("")
    database = create_database(path / "runs.sqlite", proposal=PROPOSAL, context_python=None)
    with database.writing() as con:
        update_computed_variables(con, VARIABLES)
        add_user_variable_to(con, VariableInfo("sample", "Sample", "What is in", "string"))
        for run in RUNS:
            begin = NOW - 600 * (412 - run) - 900
            ensure_run(con, key(run), added_at=begin, start_time=begin)
            save_values(con, example_values(run), now=NOW - 600 * (412 - run))
        typed = [
            NewValue(key(411), "comment", "first light", provenance="manual-input"),
            NewValue(key(410), "comment", "shutter?\nask Anna", provenance="manual-input"),
            NewValue(key(409), "sample", "LaB6", provenance="manual-input"),
            NewValue(key(408), "ratio", 0.75, provenance="my notebook"),
        ]
        save_values(con, typed, now=NOW - 30)
    return DamnitFolder(path)


@pytest.fixture
def folder(tmp_path) -> DamnitFolder:
    return make_folder(tmp_path / "amore")


@pytest.fixture
def empty_folder(tmp_path) -> DamnitFolder:
    """A context file, and nothing else yet."""
    path = tmp_path / "amore"
    path.mkdir()
    (path / "context.py").write_text("")
    return DamnitFolder(path)


def database_of(folder: DamnitFolder) -> Database:
    return Database(folder.database)


def add_run(folder: DamnitFolder, run: int, *values: NewValue, now: float = NOW) -> None:
    with database_of(folder).writing() as con:
        ensure_run(con, key(run), added_at=now, start_time=now)
        save_values(con, values or example_values(run), now=now)


def make_app(folder: DamnitFolder, *, shown_path: str = "", **options) -> DamnitApp:
    session = Session(folder, read_only=options.pop("read_only", False), clock=lambda: NOW)
    app = DamnitApp(session, clock=lambda: NOW, zone=UTC, **options)
    app.animation_level = "none"
    app.NOTIFICATION_TIMEOUT = 600  # what was said is there when a slow test looks
    if shown_path:
        app.main_screen.folder_name = shown_path
    return app


async def settle(pilot) -> None:
    """Until everything on its way has arrived: the first look, the rest, the pictures."""
    app = pilot.app
    await until(pilot, lambda: app.main_screen.is_settled)
    await pilot.pause()


async def at_rest(pilot) -> None:
    """Until the screen on top shows all that it has to show, for its picture."""
    app = pilot.app
    await pilot.pause()
    if not app.main_screen.feed.health.problem:
        # What came into view only now is being read and drawn.
        await until(pilot, lambda: getattr(app.screen, "is_settled", True))
    for typed in app.screen.query("Input"):
        typed.cursor_blink = False
    await pilot.pause()


PATIENCE_S = 50
"""How long a condition may take on a machine that is busy with something else."""


async def until(pilot, condition: Callable[[], object]) -> None:
    """Until a condition holds; fails with what it is and the screen as it is if it never does.

    Whatever another thread or process brings is waited for by its own condition: that
    something else has come says nothing of it. A screen that is not composed yet has not
    come.
    """

    def holds() -> bool:
        try:
            return bool(condition())
        except NoMatches:
            return False

    end = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(never_came(pilot.app, condition))
        await pilot.pause(0.02)


def never_came(app: DamnitApp, condition: Callable[[], object]) -> str:
    """What was waited for, and what was there instead, in words."""
    try:
        source = inspect.getsource(condition).strip()
    except (OSError, TypeError):
        source = repr(condition)
    screen = app.screen
    lines = (strip.text.rstrip() for strip in screen._compositor.render_strips())
    said = (f"  {note.message}" for note in app._notifications)
    return "\n".join(
        [f"never true within {PATIENCE_S} s: {source}", f"{screen!r}:", *lines, "said:", *said]
    )
