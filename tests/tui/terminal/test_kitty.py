"""Pixel images of the kitty graphics protocol, as a terminal draws them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from damnit_tui.charts.colourmaps import MAPS
from damnit_tui.sanitize import visible
from damnit_tui.terminal.graphics.image_cache import ImageCache
from damnit_tui.terminal.graphics.kitty import deletion, through_tmux, transmission
from damnit_tui.terminal.graphics.placeholders import diacritics, row_of_pieces
from damnit_tui.terminal.graphics.png import encode_png
from damnit_tui.terminal.graphics.protocol_choice import (
    Graphics,
    choose_graphics,
    may_ask,
    takes_placeholders,
)
from damnit_tui.terminal.graphics.raster import Raster, raster_size
from damnit_tui.terminal.graphics.terminal_query import TerminalReplies
from damnit_tui.terminal.screen_diff import ScreenDiff

from ..viewer.sample_folder import make_inspect_folder, spot
from .kitty import PLACEHOLDER, Kitty, Screen, numbers


def test_kitty_diacritics_equal_those_of_the_protocol():
    assert list(numbers()) == list(diacritics())


def decoded(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_encoded_png_has_the_original_pixels():
    pixels = np.random.default_rng(1).integers(0, 256, (13, 7, 3), np.uint8)
    assert (decoded(encode_png(pixels.tobytes(), 7, 13)) == pixels).all()
    index = pixels[..., 0]
    palette = np.arange(768, dtype=np.uint8) * 5
    png = encode_png(index.tobytes(), 7, 13, palette.tobytes())
    assert (decoded(png) == palette.reshape(-1, 3)[index]).all()


def test_raster_keeps_the_aspect_of_its_cells_and_is_limited_in_size():
    assert raster_size(10, 5, (7, 15)) == (70, 75)
    width, height = raster_size(290, 100, (20, 40))
    assert width * height <= 1.01 * (1 << 18)
    assert width / height == pytest.approx(290 * 20 / (100 * 40), rel=0.01)


def test_tmux_passthrough_wraps_one_command_at_a_time():
    commands = transmission(7, b"x" * 9000, 4, 2) + deletion(6)
    wrapped = through_tmux(commands)
    parts = wrapped.split("\x1bPtmux;")[1:]
    assert len(parts) == 4
    assert all(part.endswith("\x1b\x1b\\\x1b\\") for part in parts)
    assert "".join(part.removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b") for part in parts) == (
        commands
    )


ANSWER = "\x1bP>|kitty(0.35.2)\x1b\\"


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["a", "\x1b[A", "\x1b", "é", ANSWER, "\x1b[<0;3;4M"]), max_size=6),
    st.lists(st.integers(1, 20), max_size=8),
)
def test_terminal_reply_is_separated_from_keys_wherever_it_is_torn(parts, lengths):
    text, answers, found = "".join(parts), TerminalReplies(), ""
    for length in lengths:
        # Cut between Escape and P it would be a key: no terminal does that.
        while text[:length].endswith("\x1b") and length < len(text):
            length += 1
        found += answers.taken_out(text[:length])
        text = text[length:]
    found += answers.taken_out(text) + answers.given_up()
    assert found == "".join(part for part in parts if part != ANSWER)
    assert answers.version == ("kitty(0.35.2)" if ANSWER in parts else "")


def test_text_that_only_begins_like_a_reply_is_typed():
    answers = TerminalReplies()
    assert answers.taken_out("\x1bP") == ""
    assert answers.given_up() == "\x1bP"
    endless = "\x1bP>|" + "k" * 500
    assert answers.taken_out(endless) == endless
    assert answers.version == ""


@pytest.mark.parametrize(
    ("version", "takes"),
    [
        ("kitty(0.35.2)", True),
        ("kitty(0.28.0)", True),
        ("kitty(0.27.1)", False),
        ("ghostty 1.1.3", True),
        ("WezTerm 20240203-110809", False),
        ("Konsole 24.08", False),
        ("XTerm(390)", False),
        ("tmux 3.4", False),
        ("kitty", False),
        ("kitty(99999999999999999999.1)", True),
        ("", False),
        ("\x1b[31m\U0001f431", False),
    ],
)
def test_pixels_are_sent_only_to_terminals_known_to_support_placeholders(version, takes):
    assert takes_placeholders(version) is takes


@pytest.mark.parametrize(
    ("wanted", "environment", "lite", "asked"),
    [
        ("auto", {"TERM": "xterm-256color"}, False, True),
        ("auto", {"TERM": "xterm-kitty"}, True, False),
        ("blocks", {"TERM": "xterm-kitty"}, False, False),
        ("kitty", {"TERM": "xterm-kitty"}, False, False),
        ("auto", {"TERM": "dumb"}, False, False),
        ("auto", {"TERM": "linux"}, False, False),
        ("auto", {"TERM": "screen-256color"}, False, False),
        ("auto", {"TERM": "tmux-256color"}, False, False),
        ("auto", {"TERM": "xterm", "NO_COLOR": "1"}, False, False),
        ("auto", {"TERM": "xterm-256color", "TMUX": "/tmp/tmux-1/default,1,0"}, False, False),
        ("auto", {}, False, False),
    ],
)
def test_terminal_is_queried_only_where_a_reply_is_useful(wanted, environment, lite, asked):
    assert may_ask(wanted, environment, lite=lite) is asked


def test_lite_disables_pixels_unless_kitty_is_requested():
    assert choose_graphics("auto", {}, "256", has_pixels=True) is Graphics.KITTY
    assert choose_graphics("auto", {}, "256", has_pixels=True, lite=True) is Graphics.SHADES
    assert choose_graphics("kitty", {}, None, lite=True) is Graphics.KITTY
    assert choose_graphics("auto", {"NO_COLOR": "1"}, None, has_pixels=True) is Graphics.SHADES


# What is sent, and what a terminal makes of it

COLUMNS, ROWS = 12, 4


def painted_row(row: int, x: int = 2, columns: int = 6) -> str:
    return f"\x1b[{row + 1};{x + 1}H\x1b[38;2;9;9;9mab{row_of_pieces(0, row, columns)}|\x1b[0m"


def raster(value: int, columns: int = 6, rows: int = 3) -> Raster:
    across, down = raster_size(columns, rows, (7, 15))
    pixels = (np.arange(across * down) * value % 250).astype(np.uint8).tobytes()
    return Raster(pixels, across, down, MAPS[0].table.tobytes(), columns, rows)


class Line:
    """A terminal, and what is between it and the app."""

    def __init__(self) -> None:
        self.memory, self.screen, self.sent = ScreenDiff(), Screen(COLUMNS, ROWS), ""
        self.memory.resize(COLUMNS, ROWS)
        self.pictures = ImageCache(self.send, self.memory.images)

    def send(self, text: str) -> None:
        self.sent = text
        self.screen.feed(text)

    def paint(self, text: str) -> str:
        self.send(self.memory.shorten(text))
        return self.sent


def expected(shown: Raster) -> np.ndarray:
    palette = np.frombuffer(shown.palette, np.uint8).reshape(-1, 3)
    return palette[np.frombuffer(shown.pixels, np.uint8).reshape(shown.height, shown.width)]


def test_assembled_kitty_image_equals_the_original():
    line, shown = Line(), raster(7)
    line.pictures.show(0, shown)
    line.paint("".join(painted_row(row) for row in range(3)))
    assert line.screen.place() == (4, 0, 10, 3)
    assert (line.screen.pixels() == expected(shown)).all()


def test_dialog_above_a_kitty_image_hides_only_its_area():
    line, shown = Line(), raster(7)
    line.pictures.show(0, shown)
    line.paint("".join(painted_row(row) for row in range(3)))
    before = line.screen.pixels()
    line.paint("\x1b[1;5H\x1b[0mBOX\x1b[2;5HBOX")
    assert (line.screen.pixels()[:, 3 * 7 :] == before[:, 3 * 7 :]).all()
    assert not line.screen.pixels()[: 2 * 15, : 3 * 7].any()
    back = line.paint("".join(painted_row(row) for row in range(3)))
    assert (line.screen.pixels() == before).all()
    assert back.count(PLACEHOLDER) <= 2 * 3


def test_unchanged_kitty_image_is_not_sent_again():
    line, first, second = Line(), raster(7), raster(11)
    frame = "".join(painted_row(row) for row in range(3))
    line.pictures.show(0, first)
    line.paint(frame)
    assert not line.pictures.show(0, raster(7))
    assert line.paint(frame) == ""
    assert line.pictures.show(0, second)
    line.paint(frame)
    assert (line.screen.pixels() == expected(second)).all()


def test_old_kitty_images_are_deleted_from_the_terminal():
    line = Line()
    for value in range(1, 600):
        line.pictures.show(0, raster(value))
        line.paint("".join(painted_row(row) for row in range(3)))
        assert len(line.screen.images) <= 2
    assert (line.screen.pixels() == expected(raster(599))).all()
    line.pictures.clear()
    assert not line.screen.images


def test_kitty_images_in_two_panes_are_kept_apart():
    line = Line()
    line.pictures.show(0, raster(7))
    line.pictures.show(1, raster(11))
    line.paint(f"\x1b[1;1H{row_of_pieces(0, 0, 6)}{row_of_pieces(1, 0, 6)}")
    pixels = line.screen.pixels()
    assert (pixels[:, :42] == expected(raster(7))[:15]).all()
    assert (pixels[:, 42:] == expected(raster(11))[:15]).all()


def test_placeholder_characters_in_data_are_escaped():
    assert visible(row_of_pieces(0, 0, 1) + PLACEHOLDER).isascii()


# The app itself

SIZE = (120, 36)


@pytest.fixture(scope="module")
def looks(tmp_path_factory):
    return make_inspect_folder(tmp_path_factory.mktemp("looks") / "folder").path


@contextmanager
def opened(folder: Path, tmp_path: Path, *options: str, **of_terminal):
    homes = {name: str(tmp_path / name) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", **homes}
    command = [sys.executable, "-m", "damnit_tui", *options, str(folder)]
    with Kitty(command, environment, tmp_path, size=SIZE, **of_terminal) as app:
        app.wait_for_text("3 runs")
        yield app


def go_to(app: Kitty, name: str) -> None:
    """Run 2 (run 3 has no file), that variable."""
    app.type("j\x06")
    app.wait_for_text("column")
    app.type(f"{name}\r")
    app.wait_for_text(f"r2 · Look/{name} ")


def look_at(app: Kitty, name: str) -> None:
    go_to(app, name)
    app.type("\r")
    app.wait_for_text("Esc back")


def differs(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.abs(found.astype(float) - wanted).mean())


def has_shape(app, ratio):
    height, width = app.screen.pixels().shape[:2]
    return width / height == pytest.approx(ratio, rel=0.05)


def shows(app: Kitty, run: int) -> bool:
    return is_seen(app.screen, run)


def is_seen(screen: Screen, run: int, scale_of: int = 2) -> bool:
    """Whether that run's image is there, in the colours of the one it was opened with."""
    if screen.picture() is None:
        return False
    found = screen.pixels()
    data = spot(run).astype(float)
    low, high = np.quantile(spot(scale_of).astype(float), [0.01, 0.99])
    rows = np.arange(found.shape[0]) * data.shape[0] // found.shape[0]
    columns = np.arange(found.shape[1]) * data.shape[1] // found.shape[1]
    levels = (data[rows][:, columns] - low) / (high - low)
    return differs(found, MAPS[0].colours(levels)) < 3


@pytest.mark.extended
def test_viewer_shows_an_image_in_pixels_with_axes_and_cursor(looks, tmp_path):
    with opened(looks, tmp_path) as app:
        look_at(app, "image")
        app.wait_for(lambda: shows(app, 2) and has_shape(app, 320 / 240))
        app.type("\x1b[C")
        app.wait_for(lambda: "┼" in app.screen.text())
        app.wait_for_text("row 120, column 160")
        app.wait_for(lambda: shows(app, 2))
        sent = app.screen.sent
        app.type("\x1b[C")
        app.wait_for_text("row 120, column 164")
        assert app.screen.sent == sent, "the cursor costs no image"
        app.type("j")
        app.wait_for(lambda: shows(app, 1))
        app.type("c")
        app.wait_for_text("cividis")
        app.wait_for(lambda: not shows(app, 1))
        app.wait_for(lambda: app.screen.picture() is not None and app.screen.holes() == 1)
        app.type("?")
        app.wait_for_text("Keys")
        assert app.screen.holes() > 1, "the box covers some of it"
        app.type("\x1b")
        app.wait_for(lambda: app.screen.holes() == 1)  # where the cursor is
        assert len(app.screen.images) <= 2
        app.type("\x1b")
        app.wait_for_text("3 runs")
        app.wait_for(lambda: not app.screen.images)


def test_viewer_shows_a_figure_in_its_colours(looks, tmp_path):
    def has_its_colours():
        if app.screen.picture() is None:
            return False
        found = app.screen.pixels()
        return (
            found[-1, -1].tolist()[:2] == [255, 255]
            and found[0, 0].tolist()[:2] == [0, 0]
            and abs(found[0, -1, 1] - 255) <= 1
            and found[..., 2].std() < 1
        )

    with opened(looks, tmp_path) as app:
        look_at(app, "figure")
        app.wait_for(has_its_colours)


@pytest.mark.extended
def test_preview_pane_shows_pixels_again_after_the_viewer_closes(looks, tmp_path):
    with opened(looks, tmp_path) as app:
        go_to(app, "image")
        app.type("v")
        app.wait_for(lambda: shows(app, 2))
        place = app.screen.place()
        app.type("\r")
        app.wait_for_text("Esc back")
        app.wait_for(lambda: shows(app, 2) and app.screen.place() != place)
        app.type("\x1b")
        app.wait_for(lambda: shows(app, 2) and app.screen.place() == place)
        app.type(":graphics blocks\r")
        app.wait_for_text("as half blocks")
        app.wait_for(lambda: app.screen.picture() is None and "▀" in app.screen.text())
        app.type(":graphics auto\r")
        app.wait_for(lambda: shows(app, 2))
        app.type("\x0c")  # ctrl-l
        app.wait_for(lambda: shows(app, 2) and app.screen.sent >= 4)
        app.type("q")
        app.wait_for(lambda: app.process.poll() is not None)
        app.wait_for(lambda: not app.screen.images)


@pytest.mark.extended
def test_late_terminal_reply_is_no_key_and_enables_pixels(looks, tmp_path):
    with opened(looks, tmp_path, answer_after_s=2.0) as app:
        go_to(app, "image")
        app.type("v")
        app.wait_for(lambda: "▀" in app.screen.text() or app.screen.picture() is not None)
        app.wait_for(lambda: shows(app, 2))
        assert "kitty(" not in app.screen.text()


@pytest.mark.extended
@pytest.mark.parametrize(
    ("options", "of_terminal"),
    [
        ((), {"version": None}),
        ((), {"version": "WezTerm 20240203"}),
        ((), {"version": "\x07" * 3}),
        (("--graphics", "blocks"), {}),
    ],
)
def test_viewer_uses_half_blocks_on_other_terminals(looks, tmp_path, options, of_terminal):
    with opened(looks, tmp_path, *options, **of_terminal) as app:
        look_at(app, "image")
        app.wait_for(lambda: app.screen.text().count("▀") > 500)
        assert not app.screen.sent
        assert b"\x1b_G" not in app.raw
        assert (b"\x1b[>q" in app.raw) == (not options)


@pytest.mark.extended
def test_requested_kitty_graphics_need_no_reply_and_no_known_cell_size(looks, tmp_path):
    options = ("--graphics", "kitty")
    with opened(looks, tmp_path, *options, version=None, knows_pixels=False) as app:
        look_at(app, "image")
        app.wait_for(lambda: app.screen.images)
        assert b"\x1b[>q" not in app.raw
        ((_, columns, rows),) = app.screen.images.values()
        width, height = app.screen.size_sent
        assert width / height == pytest.approx(columns / (2 * rows), rel=0.02)


# Behind tmux


class Behind:
    """The app in tmux, whose client sits in such a terminal."""

    def __init__(self, app: Kitty, server: str) -> None:
        self.app, self._server = app, server

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._server, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def cells(self) -> Screen:
        """What tmux holds in the cells of the app, with the images of the terminal behind it."""
        found = Screen(*SIZE)
        lines = self.tmux("capture-pane", "-e", "-p").split("\n")
        found.feed("".join(f"\x1b[{number + 1};1H{line}" for number, line in enumerate(lines)))
        found.images = self.app.screen.images
        return found


@contextmanager
def in_tmux(folder: Path, tmp_path: Path, *options: str, passes: str):
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux")
    server = f"test-{uuid4().hex[:12]}"
    homes = {name: str(tmp_path / name) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", **homes}
    configuration = tmp_path / "tmux.conf"
    configuration.write_text(
        f"set -g allow-passthrough {passes}\nset -g status off\n"
        "set -g default-terminal tmux-256color\n"
    )
    told = ["env", "-u", "COLUMNS", "-u", "LINES", sys.executable, "-m", "damnit_tui", *options]
    command = ["tmux", "-L", server, "-f", str(configuration), "new-session", *told, str(folder)]
    with Kitty(command, environment, tmp_path, size=SIZE, cut_at=None) as app:
        behind = Behind(app, server)
        try:
            app.wait_for(lambda: b"3 runs" in app.raw)
            yield behind
        finally:
            subprocess.run(["tmux", "-L", server, "kill-server"], check=False, capture_output=True)


def typed(behind: Behind, keys: str, wanted: str) -> None:
    behind.app.type(keys)
    behind.app.wait_for(lambda: wanted in behind.tmux("capture-pane", "-p"))


def sent_again(behind: Behind) -> None:
    """Ctrl-L, if the image is not there: tmux may have thrown it away. Gives it time to come."""
    behind.app.type("\x0c")
    before, deadline = behind.app.screen.sent, time.monotonic() + 2
    while behind.app.screen.sent == before and time.monotonic() < deadline:
        behind.app.read(0.05)
    deadline = time.monotonic() + 0.5
    while time.monotonic() < deadline:
        behind.app.read(0.05)


# tmux 3.3 throws away what its terminal does not take at once; ctrl-l mends it, but not always.
@pytest.mark.slow
def test_requested_kitty_graphics_pass_through_tmux(looks, tmp_path):
    with in_tmux(looks, tmp_path, "--graphics", "kitty", passes="on") as behind:
        app = behind.app
        typed(behind, "j\x06", "column")
        typed(behind, "image\r", "r2 · Look/image ")
        typed(behind, "\r", "Esc back")
        app.wait_for(lambda: app.screen.images)

        app.wait_for(lambda: is_seen(behind.cells(), 2) or sent_again(behind))
        app.type("j")
        app.wait_for(lambda: is_seen(behind.cells(), 1) or sent_again(behind))
        # How many the terminal holds is not told: what deletes one may be thrown away, too.


@pytest.mark.extended
def test_viewer_in_tmux_uses_half_blocks_by_default(looks, tmp_path):
    with in_tmux(looks, tmp_path, passes="on") as behind:
        typed(behind, "j\x06", "column")
        typed(behind, "image\r", "r2 · Look/image ")
        typed(behind, "\r", "Esc back")
        behind.app.wait_for(lambda: behind.tmux("capture-pane", "-p").count("▀") > 500)
        assert not behind.app.screen.images
