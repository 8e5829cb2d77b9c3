"""The viewer on a damaged results file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from damnit_daemon.launch import reader_process

from ..conftest import key, make_app
from .sample_folder import make_inspect_folder
from .test_screen import SIZE, open_cell, screen_text

DAMAGED = Path(__file__).parents[2] / "damaged"


@pytest.mark.extended
@pytest.mark.parametrize(
    "file", [*sorted(path.name for path in DAMAGED.glob("*.h5")), "cut short", "flipped"]
)
async def test_viewer_reports_a_damaged_file_and_shows_the_next_run(tmp_path, monkeypatch, file):
    monkeypatch.setattr(reader_process, "SPINNING_S", 1.0)
    folder = make_inspect_folder(tmp_path / "amore")
    path = folder.results_file(key(1))
    if file == "cut short":
        path.write_bytes(path.read_bytes()[:300])
    elif file == "flipped":
        path.write_bytes(bytes(byte ^ 0xFF for byte in path.read_bytes()))
    else:
        shutil.copyfile(DAMAGED / file, path)
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        await open_cell(pilot, "image")
        text = " ".join(screen_text(app).split())
        # HDF5 may read past the damage, and show what is there.
        assert "No data: " in text or "float64 (4, 4)" in text
        assert "Traceback" not in text
        await pilot.press("escape")
        await pilot.pause()
        await open_cell(pilot, "image", run=2)
        assert "float32 (240, 320)" in screen_text(app)
