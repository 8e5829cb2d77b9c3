"""Changes that people make by hand, each as a whole: compared, written, journalled, told to others.

`Editor` does them. Everything here waits for a file system: call it in a worker.

    editor = Editor(folder)
    saved = editor.set_values([Change(key, "comment", "drak", "dark")])
    editor.set_values(saved.undone())

`edit.deletion` is apart: it imports h5py.
"""

from .editor import Editor, Saved
from .typed import EXPECTED, convert_value, parse_typed, typed_text

__all__ = [
    "EXPECTED",
    "Editor",
    "Saved",
    "convert_value",
    "parse_typed",
    "typed_text",
]
