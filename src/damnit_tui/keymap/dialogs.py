"""Keys of the dialogs over the table."""

from __future__ import annotations

from .key import Key

KEYS: tuple[Key, ...] = (
    Key("dialog.close", "escape,q,enter", "close", "close", "dialog", "Screens", "Esc", "close"),
    Key("dialog.down", "j,down", "scroll(1)", "further down", "dialog", "Move", "↓ j"),
    Key("dialog.up", "k,up", "scroll(-1)", "further up", "dialog", "Move", "↑ k"),
    Key(
        "help.search", "slash", "search", "find keys by what they do", "help", "Find", "/", "search"
    ),
    Key("dialog.copy", "y", "copy", "copy what is shown", "cell", "Take", "y", "copy"),
    Key(
        "why.inspect",
        "I",
        "inspect",
        "look into the data: there may be some where the table has no number",
        "why",
        "Look",
        "I",
    ),
    Key("save.close", "escape", "close", "save nothing", "save", "Screens", "Esc"),
    Key("members.close", "escape,q", "close", "close", "members", "Screens", "Esc"),
    Key("members.down", "j", "move(1)", "next variable", "members", "Move", "j"),
    Key("members.up", "k", "move(-1)", "previous variable", "members", "Move", "k"),
    Key("form.close", "escape", "close", "cancel", "form", "Screens", "Esc"),
    Key("form.accept", "enter", "accept", "do it", "form", "Screens", "⏎"),
    Key(
        "conflict.theirs", "escape,q", "choose('theirs')", "keep what is there", "conflict", "Edit"
    ),
    Key("conflict.mine", "m", "choose('mine')", "write mine over it", "conflict", "Edit"),
    Key("conflict.again", "e", "choose('again')", "edit again", "conflict", "Edit"),
    Key("confirm.yes", "y", "answer(True)", "yes", "confirm", "Act", "y"),
    Key("confirm.no", "n,escape,q,enter", "answer(False)", "no", "confirm", "Act", "n Esc"),
    Key("notes.close", "escape", "close", "close", "notes", "Screens", "Esc"),
    Key("notes.delete", "delete", "delete", "delete the note", "notes", "Edit", "Del"),
    Key("variable.close", "escape", "close", "cancel", "variable", "Screens", "Esc"),
    Key("variable.save", "enter,ctrl+s", "save", "save", "variable", "Edit", "⏎ ctrl-s"),
    Key("deletion.close", "escape", "close", "cancel, or stop", "deletion", "Screens", "Esc"),
    Key("export.write", "enter", "write", "write it", "export", "Take", "⏎"),
    Key("export.close", "escape", "close", "cancel", "export", "Screens", "Esc"),
)
