"""Draw the pictures of the documentation: the real app on the demo's proposal.

`nox -s pictures` does it. Look at them before committing: nothing else checks them.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib as mpl
import resvg_py
from PIL import Image
from textual.pilot import Pilot

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.demo.__main__ import make_damnit_folder
from damnit_daemon.demo.proposal import SECONDS_BETWEEN_RUNS
from damnit_daemon.ledger import Ledger, acquire, beat, this_process
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DATA_ROOT_VARIABLE, DamnitFolder
from damnit_daemon.services.extraction import extract
from damnit_tui.app import DamnitApp
from damnit_tui.session import Session

PICTURES = Path(__file__).with_name("pictures")
SIZE = (136, 30)
ZOOM = 1.0

PROPOSAL = 1234
RUNS = range(58, 82)
"""As many as fit."""
WITHOUT_CAMERA = 74
SHOWN_FOLDER = "/gpfs/exfel/exp/SPB/202601/p001234/usr/Shared/amore"
"""What the temporary folder is called on the screen."""
DAEMON_HOST = "max-exfl458"
NOW = int(time.time())
START = NOW - 200 - RUNS[-1] * SECONDS_BETWEEN_RUNS
ZONE = timezone(timedelta(hours=(14 - datetime.fromtimestamp(NOW, UTC).hour + 12) % 24 - 12))
"""Where it is early afternoon now, so that all runs are of today."""

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
    await until(pilot, lambda: main.preview is not None and main.preview.is_settled)


async def show_plot(pilot: Pilot[None]) -> None:
    """A variable against another one, coloured by a third, with a point read out."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, RUNS[-4]), "agipd_yield")
    await pilot.press("p", "x", *"beam/mean", "enter", "c", *"run", "enter", *["right"] * 6)
    await until(pilot, lambda: pilot.app.screen.state.cursor is not None)


async def show_plot_within(pilot: Pilot[None]) -> None:
    """The data of three runs over each other."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, RUNS[-4]), "energy_trend")
    await pilot.press("escape", "space", "space", "space", "p")
    await until(pilot, lambda: getattr(pilot.app.screen, "drawn", None) is not None)
    await pilot.press("y", *"beam/energy", "enter")
    await until(pilot, lambda: pilot.app.screen.points.x_label.startswith("trainId"))


async def show_differences(pilot: Pilot[None]) -> None:
    """What differs between three runs."""
    pilot.app.main_screen.table.move_to(RunKey(PROPOSAL, WITHOUT_CAMERA + 1), "energy_mean")
    await pilot.press("escape", "space", "space", "space", "d")
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
    "differences": ((110, 24), show_differences),
    "help": ((100, 45), show_help),
}


def main() -> None:
    """Make the data, draw every picture."""
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="pictures-") as scratch:
        folder = make_folder(Path(scratch))
        for name, (size, steps) in PAGES.items():
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
    hold_lease(folder)
    return folder


def hold_lease(folder: DamnitFolder) -> None:
    """Look like a folder in which a daemon is at work."""
    ledger = Ledger(folder.ledger)
    ledger.create()
    with ledger.writing() as con:
        token = acquire(con, replace(this_process(), host=DAEMON_HOST), now=NOW)
        beat(con, token, now=NOW)


async def draw(folder: DamnitFolder, size: tuple[int, int], steps: Steps) -> str:
    """The screen as SVG, after some steps."""
    app = DamnitApp(Session(folder, clock=lambda: NOW), clock=lambda: NOW, zone=ZONE)
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
