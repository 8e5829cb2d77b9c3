"""Draw the pictures of the documentation: the real app on the demo's proposal.

`nox -s pictures` does it. Look at them before committing: nothing else checks them.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib as mpl
import resvg_py
import textual
from PIL import Image
from textual.pilot import Pilot
from textual.widgets import DataTable, Label, TextArea

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.demo.__main__ import make_damnit_folder
from damnit_daemon.demo.proposal import SECONDS_BETWEEN_RUNS
from damnit_daemon.ledger import (
    Executor,
    JobState,
    Ledger,
    NewJob,
    Outcome,
    Placement,
    VariableProgress,
    acquire,
    add_job,
    expect_variables,
    renew,
    save_progress,
    set_state,
    this_process,
)
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DATA_ROOT_VARIABLE, DamnitFolder
from damnit_daemon.services.extraction import extract
from damnit_daemon.store import (
    AlertChange,
    Database,
    LabelChange,
    NewValue,
    RaisedAlert,
    change_alerts,
    raise_alerts,
    save_labels,
    save_setting,
    save_values,
)
from damnit_tui.app import DamnitApp
from damnit_tui.data.session import Session

PICTURES = Path(__file__).with_name("pictures")
SIZE = (136, 30)
ZOOM = 1.0

PROPOSAL = 1234
RUNS = range(58, 82)
"""As many as fit."""
WITHOUT_CAMERA = 74
SHOWN_FOLDER = "/gpfs/exfel/exp/SPB/202601/p001234/usr/Shared/amore"
"""What the temporary folder is called on the screen."""
SHOWN_PYTHON = "/gpfs/exfel/sw/software/environments/202601/bin/python"
SHOWN_PACKAGES = "/gpfs/exfel/sw/software/environments/202601/lib/python3.11/site-packages"
DAEMON_HOST = "max-exfl458"
USER = "anna@exflonc12"
NOW = datetime(2026, 3, 14, 14, 5, tzinfo=UTC).timestamp()
"""Always the same, so that only what has changed differs from the pictures of before."""
START = int(NOW) - 200 - RUNS[-1] * SECONDS_BETWEEN_RUNS

FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
"""DejaVu, which every Matplotlib brings along: the same pictures on any machine."""

Steps = Callable[[Pilot[None]], Awaitable[None]]


async def show_table(pilot: Pilot[None]) -> None:
    """The cursor on a cell with something to say."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, WITHOUT_CAMERA), "camera_image")


async def show_reason(pilot: Pilot[None]) -> None:
    """Why a variable has no value: what it depends on failed."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, WITHOUT_CAMERA), "camera_spot")
    await pilot.press("w")
    await until(pilot, lambda: getattr(pilot.app.screen, "is_settled", False))


async def show_image(pilot: Pilot[None]) -> None:
    """An image, with the row and the column of the cursor."""
    await open_cell(pilot, "camera_image")
    await pilot.press("p", *["right"] * 5, "down", "down")
    await until(pilot, lambda: pilot.app.screen.is_settled)


async def show_curve(pilot: Pilot[None]) -> None:
    """A curve along trains, with a cursor."""
    await open_cell(pilot, "pulse_energy")
    await pilot.press("right", "shift+right", "shift+right")
    await until(pilot, lambda: pilot.app.screen.is_settled)


async def show_preview(pilot: Pilot[None]) -> None:
    """The pane beside the table."""
    main = pilot.app.main_screen
    main.table.move_to(RunKey(PROPOSAL, RUNS[-4]), "camera_image")
    await pilot.press("v")
    await until(pilot, lambda: main.preview.is_settled)


async def show_plot(pilot: Pilot[None]) -> None:
    """A variable against another one, coloured by a third, with a point read out."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, RUNS[-4]), "agipd_yield")
    await pilot.press("p", "x", *"beam/mean", "enter", "c", *"run", "enter", *["right"] * 6)
    await until(pilot, lambda: pilot.app.screen.model.state.cursor is not None)


async def show_plot_within(pilot: Pilot[None]) -> None:
    """The data of three runs over each other."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, RUNS[-4]), "energy_trend")
    await pilot.press("escape", "space", "space", "space", "p")
    await until(pilot, lambda: getattr(pilot.app.screen, "is_settled", False))
    await pilot.press("v", *"beam/energy", "enter")
    await until(pilot, lambda: pilot.app.screen.model.points.x_label.startswith("trainId"))


async def show_plot_fit(pilot: Pilot[None]) -> None:
    """The data of a run with a peak, and a gaussian fit."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, RUNS[-2]), "energy_trend")
    await pilot.press("escape", "space", "p", "a")
    await until(pilot, lambda: pilot.app.screen.model.drawn is not None)
    screen = pilot.app.screen
    await pilot.press("v", *"beam/energy", "enter", "f", "f", "f")
    await until(pilot, lambda: screen.model.fit is not None)


async def show_differences(pilot: Pilot[None]) -> None:
    """What differs between three runs."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, WITHOUT_CAMERA + 1), "energy_mean")
    await pilot.press("escape", "space", "space", "space", "d")
    await until(pilot, lambda: pilot.app.screen is not pilot.app.main_screen)
    await pilot.pause(0.2)


async def show_groups(pilot: Pilot[None]) -> None:
    """The runs of each kind."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, RUNS[-1]), "run_kind")
    await pilot.press("B")
    await until(pilot, lambda: pilot.app.screen is not pilot.app.main_screen)
    await pilot.pause(0.2)


async def open_cell(pilot: Pilot[None], name: str) -> None:
    """Look into a cell of one of the newest runs."""
    main = pilot.app.main_screen
    main.table.move_to(RunKey(PROPOSAL, RUNS[-4]), name)
    await pilot.press("enter")
    await until(pilot, lambda: pilot.app.screen is not main)
    await until(pilot, lambda: pilot.app.screen.is_settled)
    await pilot.pause()


async def show_reprocess(pilot: Pilot[None]) -> None:
    """What processing a run with a failure again would do."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, WITHOUT_CAMERA), "camera_spot")
    await pilot.press("r")
    await until(pilot, lambda: bool(pilot.app.screen.query("#reprocess-plan")))
    await pilot.press("right")
    plan = pilot.app.screen.query_one("#reprocess-plan")
    await until(pilot, lambda: "only camera" in str(plan.content))


async def show_jobs(pilot: Pilot[None]) -> None:
    """Jobs that run, wait and are over."""
    queue_jobs(pilot.app.main_screen.session.folder)
    await pilot.press("J")
    await until(pilot, lambda: "running" in str(pilot.app.screen.query_one("#jobs-title").content))
    await pilot.press("down")
    await pilot.pause(0.2)


async def show_log(pilot: Pilot[None]) -> None:
    """The log of a run, at the traceback of what failed."""
    key = RunKey(PROPOSAL, WITHOUT_CAMERA)
    hide_places(pilot.app.main_screen.session.folder, key)
    pilot.app.main_screen.table.move_to(key, "camera_image")
    await pilot.press("L")
    await until(pilot, lambda: bool(pilot.app.screen.query("LogView")))
    view = pilot.app.screen.query_one("LogView")
    await until(pilot, lambda: bool(view.page.lines))
    await pilot.pause(0.5)


async def show_context(pilot: Pilot[None]) -> None:
    """The context file with a mistake, found by loading it."""
    await pilot.press("E")
    await until(pilot, lambda: bool(pilot.app.screen.query(TextArea)))
    area = pilot.app.screen.query_one(TextArea)
    await until(pilot, lambda: not area.read_only)
    area.load_text(area.text.replace("var#pulse_energy", "var#puls_energy", 1))
    await pilot.press("f5")
    found = pilot.app.screen.query_one("#context-found")
    await until(pilot, lambda: "error" in str(found.content))
    title = pilot.app.screen.query_one("#context-title", Label)
    _, _, rest = str(title.content).partition(" · ")
    title.update(f" {SHOWN_FOLDER}/context.py · {rest}")


async def show_daemon(pilot: Pilot[None]) -> None:
    """How the daemon is, and its settings."""
    with Database(pilot.app.main_screen.session.folder.database).writing() as con:
        for name in ("context_python", "damnit_python"):
            save_setting(con, name, SHOWN_PYTHON)
    await pilot.press("D")
    await until(pilot, lambda: pilot.app.screen.query_one(DataTable).row_count > 5)
    pilot.app.screen.query_one("#daemon-title", Label).update(f" Daemon of {SHOWN_FOLDER}")
    await pilot.press("down", "down")
    await pilot.pause(0.2)


async def show_labels(pilot: Pilot[None]) -> None:
    """Labelled runs, and the prompt for labels of two more."""
    main = pilot.app.main_screen
    labels = {2: ("good",), 3: ("good",), 4: ("bad", "shutter"), 5: ("dark",), 6: ("sample-7",)}
    changes = [LabelChange(RunKey(PROPOSAL, RUNS[-n]), (), new) for n, new in labels.items()]
    with main.session.database.writing() as con:
        save_labels(con, changes)
    await until(pilot, lambda: bool(main.table.rows.run(changes[-1].key).labels))
    main.table.move_to(RunKey(PROPOSAL, RUNS[-8]), "comment")
    await pilot.press("space", "space", "number_sign", "s")
    await pilot.pause(0.5)


async def show_alerts(pilot: Pilot[None]) -> None:
    """Alerts of five runs, two of them acknowledged."""
    main = pilot.app.main_screen
    rule = "agipd_yield < 0.2 for 2 runs"
    raised = [RaisedAlert(RunKey(PROPOSAL, RUNS[-n]), rule, NOW - 700 * n) for n in range(1, 6)]
    done = [old._replace(acknowledged_at=NOW - 600, acknowledged_by=USER) for old in raised[3:]]
    with main.session.database.writing() as con:
        raise_alerts(con, raised)
        change_alerts(con, list(map(AlertChange, raised[3:], done)))
    await pilot.press("colon", *f"alert {rule}", "enter")
    await until(pilot, lambda: len(main.alerts.raised) == len(raised))
    await pilot.press("exclamation_mark")
    await until(pilot, lambda: pilot.app.screen is not main)
    pilot.app.clear_notifications()
    await pilot.pause()


async def show_history(pilot: Pilot[None]) -> None:
    """Values of a cell by three context files, an error among them."""
    main = pilot.app.main_screen
    key, name = RunKey(PROPOSAL, RUNS[-3]), "energy_mean"
    error = {"error": "'NoneType' object is not iterable", "error_cls": "TypeError"}
    values = [
        (9, None, error | {"context_hash": "5f1c20a9d37be604", "job": 121}),
        (3, 871.2046, {"units": "µJ", "context_hash": "b08e6d1f2c94a735", "job": 128}),
    ]
    for minutes, value, attributes in values:
        time = NOW - 60 * minutes
        new = NewValue(key, name, value, attributes=attributes | {"computed_at": time})
        with main.session.database.writing() as con:
            save_values(con, [new], now=time)
    await until(pilot, lambda: getattr(main.table.rows.value(key, name), "value", 0) == 871.2046)
    main.table.move_to(key, name)
    await pilot.press("W")
    await until(pilot, lambda: pilot.app.screen is not main)
    await pilot.pause(0.5)


async def show_derived(pilot: Pilot[None]) -> None:
    """A derived column, and the prompt for another one."""
    main = pilot.app.main_screen
    main.command_line.run("derive energy_mean / n_trains as yield [µJ/train]")
    main.command_line.run("columns comment,energy_mean,yield,n_trains,run_kind,stage_position")
    main.table.move_to(RunKey(PROPOSAL, RUNS[-2]), "yield")
    main.command_line.run("statistics mean std")
    await pilot.press("equals_sign", "end", "ctrl+u")
    for character in "where(run_kind == 'dark', 0, 100 * yield) as percent":
        await pilot.press({" ": "space"}.get(character, character))
    await pilot.pause(0.5)


async def show_help(pilot: Pilot[None]) -> None:
    """All keys."""
    await pilot.press("question_mark")


PAGES: dict[str, tuple[tuple[int, int], Steps]] = {
    "main": (SIZE, show_table),
    "why": (SIZE, show_reason),
    "image": (SIZE, show_image),
    "curve": (SIZE, show_curve),
    "preview": (SIZE, show_preview),
    "plot": (SIZE, show_plot),
    "plot-within": (SIZE, show_plot_within),
    "plot-fit": (SIZE, show_plot_fit),
    "differences": ((110, 24), show_differences),
    "groups": ((110, 14), show_groups),
    "help": ((100, 45), show_help),
    "reprocess": ((110, 26), show_reprocess),
    "jobs": ((140, 16), show_jobs),
    "log": ((110, 24), show_log),
    "context": ((110, 30), show_context),
    "daemon": ((110, 30), show_daemon),
    "labels": ((110, 24), show_labels),
    "alerts": ((110, 14), show_alerts),
    "history": ((110, 14), show_history),
    "derived": ((110, 22), show_derived),
}


def main() -> None:
    """Make the data, draw every picture, or those that are named."""
    PICTURES.mkdir(exist_ok=True)
    wanted = {name: PAGES[name] for name in sys.argv[1:] or PAGES}
    with TemporaryDirectory(prefix="pictures-") as scratch:
        folder = make_folder(Path(scratch))
        for name, (size, steps) in wanted.items():
            for home in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):  # no view or setting from before
                os.environ[home] = str(Path(scratch) / home / name)
            svg = asyncio.run(draw(folder, size, steps))
            path = PICTURES / f"{name}.png"
            path.write_bytes(as_png(svg))
            print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def make_folder(scratch: Path) -> DamnitFolder:
    """The demo's proposal with a morning of runs, processed."""
    proposal = make_proposal(scratch, PROPOSAL, start=START)
    os.environ[DATA_ROOT_VARIABLE] = str(proposal.root)
    for run in RUNS:
        write_run(proposal, run, camera=run != WITHOUT_CAMERA, proc=run % 5 != 2, scan=run % 3 != 1)
    folder = make_damnit_folder(proposal)
    report = extract(folder, [RunKey(PROPOSAL, run) for run in RUNS])
    if not report.ok:
        sys.exit("\n".join(["some runs could not be processed", *report.problems]))
    fix_times(folder)
    hold_lease(folder)
    return folder


def fix_times(folder: DamnitFolder) -> None:
    """Replace the times and durations of the computation, which differ each time."""
    with Database(folder.database).writing() as con:
        rows = con.execute("SELECT rowid, run, name, attributes FROM run_variables").fetchall()
        for rowid, run, name, text in rows:
            ended = START + (run + 1) * SECONDS_BETWEEN_RUNS + 40
            attributes = json.loads(text) if text else {}
            if "computed_at" in attributes:
                attributes |= {"computed_at": ended, "duration_s": len(name) / 50}
            con.execute(
                "UPDATE run_variables SET timestamp = ?, attributes = ? WHERE rowid = ?",
                (ended + 1, json.dumps(attributes) if text else text, rowid),
            )


def hold_lease(folder: DamnitFolder) -> None:
    """Look like a folder in which a daemon is at work."""
    ledger = Ledger(folder.ledger)
    ledger.create()
    with ledger.writing() as con:
        token = acquire(
            con, replace(this_process(), host=DAEMON_HOST, machine=DAEMON_HOST, pid=4321), now=NOW
        )
        renew(con, token, now=NOW)


def hide_places(folder: DamnitFolder, key: RunKey) -> None:
    """In the log of a run, name places as they are at the facility."""
    log = folder.log_file(key)
    packages = str(Path(textual.__file__).parents[1])
    text = log.read_text().replace(packages, SHOWN_PACKAGES)
    moment = datetime.fromtimestamp(START + (key.run + 1) * SECONDS_BETWEEN_RUNS + 38, UTC)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", f"{moment:%Y-%m-%d %H:%M:%S}", text)
    text = re.sub(r"\b[\d.]+ (ms|s)\b", "0.2 s", text)
    log.write_text(text.replace(str(folder.path), SHOWN_FOLDER))


def queue_jobs(folder: DamnitFolder) -> None:
    """Have the daemon at work on one run, others waiting, and one that failed."""
    with Ledger(folder.ledger).writing() as con:

        def add(run: int, data: str = "raw") -> int:
            key = RunKey(PROPOSAL, run)
            return add_job(con, NewJob(key, data, arrived_at=NOW - 40 + run), now=NOW - 40).id

        failed, running = add(RUNS[-3]), add(RUNS[-1])
        for job in (failed, running):
            place = Placement(Executor.LOCAL, DAEMON_HOST, 4321)
            set_state(con, job, JobState.RUNNING, now=NOW - 32, placement=place)
        reason = "The job needed more memory than it may have (25 GB): retry it with more."
        set_state(con, failed, JobState.FAILED, now=NOW - 2, reason=reason)
        names = ("pulse_energy", "energy_mean", "camera_image", "agipd_image")
        expect_variables(con, running, names)
        outcomes = (Outcome.DONE, Outcome.DONE, Outcome.RUNNING)
        save_progress(
            con,
            [
                VariableProgress(running, name, outcome, started_at=NOW - 30)
                for name, outcome in zip(names, outcomes, strict=False)
            ],
        )
        add(RUNS[-2])
        add(RUNS[-2], "proc")


async def draw(folder: DamnitFolder, size: tuple[int, int], steps: Steps) -> str:
    """The screen as SVG, after some steps."""
    app = DamnitApp(Session(folder, clock=lambda: NOW), clock=lambda: NOW, zone=UTC)
    app.animation_level = "none"
    app.main_screen.folder_name = SHOWN_FOLDER
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.main_screen.is_settled)
        await steps(pilot)
        await until(pilot, lambda: app.main_screen.is_settled)
        await pilot.pause()
        return app.export_screenshot(title="damnit-tui")


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Until a condition holds."""
    async with asyncio.timeout(30):
        while not condition():
            await pilot.pause(0.02)


def as_png(svg: str) -> bytes:
    """Paint with the fonts at hand: those that the SVG names would come from the network."""
    svg = svg.replace("Fira Code", "DejaVu Sans Mono").replace("arial", "'DejaVu Sans'")
    png = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=ZOOM,
        skip_system_fonts=True,
        font_dirs=[str(FONTS)],
        monospace_family="DejaVu Sans Mono",
    )
    return _smaller(bytes(png))


def _smaller(png: bytes) -> bytes:
    """A screen has few colours: a palette of them takes a third of the room."""
    out = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
