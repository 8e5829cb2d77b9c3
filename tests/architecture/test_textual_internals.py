"""The private names of Textual that the app uses, and the version that they were taken from."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
import textual
from textual.app import App
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widgets import Input

import damnit_tui

VERSION = "8.2.8"
SOURCE = Path(damnit_tui.__file__).parent
ADAPTER = "textual_internals.py"

BY_ADAPTER = {
    App: ("_driver", "_exception", "_exception_event", "_notifications", "_replace_screen"),
    MessagePump: ("_dispatch_message", "_is_mounted"),
    Screen: ("_pop_result_callback", "_result_callbacks"),
}
BY_SUBCLASSES = {
    App: ("_handle_exception", "_screen_stack", "_suspend_signal"),
    Input: ("_cell_offset_to_index", "_position_to_cell", "_value"),
    LinuxDriver: (
        *("_app", "_debug", "_file", "_in_band_window_resize", "_must_signal_resume"),
        *("_disable_line_wrap", "_enable_bracketed_paste", "_enable_in_band_window_resize"),
        *("_enable_mouse_support", "_patch_iflag", "_patch_lflag", "_sigcont_application"),
        "_writer_thread",
    ),
    WriterThread: ("_queue",),
}
"""Names that subclasses override or call; the queue is that of the driver's thread."""


def test_the_names_were_taken_from_this_version():
    assert textual.__version__ == VERSION, "check what the names do now, then name this version"


@pytest.mark.parametrize(
    ("cls", "name"),
    [(c, n) for uses in (BY_ADAPTER, BY_SUBCLASSES) for c, names in uses.items() for n in names],
)
def test_each_private_name_exists(cls, name):
    sources = "".join(inspect.getsource(base) for base in cls.__mro__ if base is not object)
    assert hasattr(cls, name) or f"self.{name}" in sources


def modules():
    return [path for path in SOURCE.rglob("*.py") if path.name != ADAPTER]


def test_only_the_adapter_imports_private_names():
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual"):
                names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
                found += [f"{path.name}: {name}" for name in names if name.startswith("_")]
    assert found == []


def test_only_the_adapter_reads_private_names_of_other_objects():
    names = {name for uses in (BY_ADAPTER, BY_SUBCLASSES) for n in uses.values() for name in n}
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in names:
                of = ast.unparse(node.value)
                if of not in ("self", "super()"):
                    found.append(f"{path.name}: {of}.{node.attr}")
    assert found == ["driver.py: writer._queue"]
