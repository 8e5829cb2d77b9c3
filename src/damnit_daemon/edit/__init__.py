"""Manual edits: atomic, checked for conflicts, written, journalled and broadcast.

`Editor` performs them. Everything here blocks on the file system: call it in a worker.

    editor = Editor(folder)
    saved = editor.set_values([ValueEdit(key, "comment", "drak", "dark")])
    editor.revert(saved)

`edit.deletion` is not imported here: it imports h5py.
"""

from .editor import Editor
from .parse_input import EXPECTED, convert_value, parse_typed, typed_text
from .undo import AnySaved, SavedAlerts, SavedLabels, SavedNote, SavedValues, SavedVariable

__all__ = [
    "EXPECTED",
    "AnySaved",
    "Editor",
    "SavedAlerts",
    "SavedLabels",
    "SavedNote",
    "SavedValues",
    "SavedVariable",
    "convert_value",
    "parse_typed",
    "typed_text",
]
