"""Responsiveness of the app on a large table: keys, bytes, updates, a slow connection."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, NewValue, load_columns, load_values, save_values

from .app_start import newest
from .database import FIRST_RUN, PROPOSAL, make_folder
from .results import Result, environment, program, within
from .terminal import TerminalProgram

RUNS, VARIABLES = 5000, 200
ROWS = 40
DOWN, UP, RIGHT, LEFT, PAGE_DOWN = b"j", b"k", b"l", b"h", b"\x1b[6~"
IDLE_S = 6.0
HELD_S, KEYS_PER_S = 3.0, 30
SLOW_LINE = 100e3
CELLS_PER_S = 20
UPDATES = 8


def measure_use(scratch: Path, _repeats: int) -> Iterator[Result]:
    """Measure 5000x200 while loading, when loaded, during writes, and on a slow connection."""
    folder = make_folder(scratch / "use", RUNS, VARIABLES)
    command = [*program("damnit-tui", "damnit_tui.cli"), str(folder)]

    def start(name: str, *arguments: str, **options: float) -> TerminalProgram:
        # Fresh state, so that each start shows the newest run first.
        homes = {"XDG_STATE_HOME": str(scratch / name), "XDG_CONFIG_HOME": str(scratch / name)}
        return TerminalProgram(
            [*command, *arguments], environment(**homes), scratch, rows=ROWS, **options
        )

    with start("loading") as app:
        paint_s = app.seconds_until(newest(RUNS))
        loading_s = app.wait_until_idle()
        yield Result("busy after the first paint, 5000x200", loading_s, "s", 0.0, 0.0, None, None)
    for what, text in _filters_for_oldest(folder):
        with start(f"search-{what}", "--filter", text) as app:
            found_s = app.seconds_until(newest(1)) - paint_s
            yield within(f"5000x200 searched for {what}, after the first paint", found_s, "s", 3.0)
    with start("use") as app:
        app.seconds_until(newest(RUNS))
        app.bytes_within(0.1)
        yield within("bytes of the first paint", app.bytes_drawn, "B", 100e3)
        loading = _answers(app, max(1.0, loading_s))
        yield within("key to screen while loading, p95", 1000 * _p95(loading), "ms", 50)
        app.wait_until_idle()
        yield from _measure_bytes(app)
        yield from _measure_idle(app)
        yield from _measure_updates(app, folder)
        with _writing(folder):
            answers = _answers(app, 6.0)
        yield within("key to screen, 20 cells a second, p95", 1000 * _p95(answers), "ms", 25)
    with start("slow", bytes_per_s=SLOW_LINE) as app:
        app.seconds_until(newest(RUNS))
        app.wait_until_idle()
        yield within("behind after a held key, 100 kB/s", _behind_s(app), "s", 2.0)


def _answers(app: TerminalProgram, duration_s: float) -> list[float]:
    """Return the response times of alternating runs of cursor keys, down and up."""
    found, end = [], time.perf_counter() + duration_s
    while time.perf_counter() < end:
        found.append(app.answer_s(DOWN if len(found) // 20 % 2 == 0 else UP))
        app.bytes_within(0.04)
    return found


def _measure_bytes(app: TerminalProgram) -> Iterator[Result]:
    moves = [app.bytes_of(key) for key in (DOWN, RIGHT, DOWN, UP, LEFT, UP) for _ in range(3)]
    yield within("bytes of a cursor move", median(moves), "B", 250)
    pages = [app.bytes_of(PAGE_DOWN) for _ in range(5)]
    yield within("bytes of a page", median(pages), "B", 20e3)
    app.bytes_of(b"gg")


def _measure_idle(app: TerminalProgram) -> Iterator[Result]:
    app.wait_until_quiet(2.0)
    before = app.cpu_s()
    drawn = app.bytes_within(IDLE_S)
    yield within("CPU when idle", 100 * (app.cpu_s() - before) / IDLE_S, "%", 1.0)
    yield Result("bytes when idle", drawn, "B", 0.0, float(drawn > 0), 0.0, drawn == 0)


def _measure_updates(app: TerminalProgram, folder: Path) -> Iterator[Result]:
    """Measure from a commit until the value is drawn; every digit changes each time."""
    (name, *_), database = _shown_numbers(folder), Database(folder / "runs.sqlite")
    found = []
    for number in range(UPDATES):
        digits = str(number % 8 + 1) * 6
        time.sleep(random.random())
        _write(database, RunKey(PROPOSAL, FIRST_RUN + RUNS - 3), name, int(digits))
        found.append(app.seconds_until_next(digits))
    yield within("an update on the screen after its commit, slowest", max(found), "s", 0.6)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Write cells that are on screen from a thread, each in its own transaction."""
    stop, choose = threading.Event(), random.Random(1)
    database, names = Database(folder / "runs.sqlite"), _shown_numbers(folder)

    def write() -> None:
        while not stop.wait(1 / CELLS_PER_S):
            key = RunKey(PROPOSAL, FIRST_RUN + RUNS - 1 - choose.randrange(30))
            _write(database, key, choose.choice(names), choose.gauss(900, 40))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _write(database: Database, key: RunKey, name: str, value: float) -> None:
    with database.writing() as con:
        save_values(con, [NewValue(key, name, value)], now=time.time())


def _filters_for_oldest(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield names and filters that match only the oldest run, which is read last."""
    with Database(folder / "runs.sqlite").reading() as con:
        values = load_values(con, keys=[RunKey(PROPOSAL, FIRST_RUN)])
    name, value = next((v.name, v.value) for v in values if isinstance(v.value, float))
    yield "a number", f"{name} > {value - 1e-7} {name} < {value + 1e-7}"
    word = next(v.value for v in values if isinstance(v.value, str))
    yield "a word", f"{word} run < {FIRST_RUN + 1}"
    yield "errors", f"is:error run < {FIRST_RUN + 1}"
    numbers = [v for v in values if isinstance(v.value, float)]
    all_numbers = " ".join(f"{v.name} >= {v.value - 1e-7}" for v in numbers)
    yield f"{len(numbers)} numbers at once", f"{all_numbers} run < {FIRST_RUN + 1}"


def _shown_numbers(folder: Path) -> list[str]:
    """Return the variables on the first screen that are not images."""
    with Database(folder / "runs.sqlite").reading() as con:
        columns = sorted(load_columns(con, ()), key=lambda column: column.title.casefold())
    return [column.name for column in columns[:7] if "_line_" not in column.name]


def _behind_s(app: TerminalProgram) -> float:
    """Return how long the app keeps drawing after a held key is released."""
    for _ in range(int(HELD_S * KEYS_PER_S)):
        app.send(DOWN)
        app.bytes_within(1 / KEYS_PER_S)
    released = time.perf_counter()
    last = released
    while time.perf_counter() - last < 0.5:
        if app.bytes_within(0.02):
            last = time.perf_counter()
    return last - released


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]
