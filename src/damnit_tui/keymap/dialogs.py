"""Keys of the dialogs over the table."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("dialog.close", "escape,q,enter", "close", footer="close"),
    key("dialog.down", "j,down", "scroll down", action="scroll(1)", shown="↓ j"),
    key("dialog.up", "k,up", "scroll up", action="scroll(-1)", shown="↑ k"),
    key("help.search", "slash", "search the keys", footer="search"),
    key("dialog.copy", "y", "copy the contents", owner="cell", footer="copy"),
    key("why.inspect", "I", "open the data: it may exist even if the cell is empty"),
    key("save.close", "escape", "cancel"),
    key("members.close", "escape,q", "close"),
    key("members.down", "j", "next variable", action="move(1)"),
    key("members.up", "k", "previous variable", action="move(-1)"),
    key("form.close", "escape", "cancel"),
    key("form.accept", "enter", "accept"),
    key(
        "conflict.theirs", "escape,q", "keep the other change", action="choose('theirs')", shown=""
    ),
    key("conflict.mine", "m", "overwrite with mine", action="choose('mine')", shown=""),
    key("conflict.again", "e", "edit again", action="choose('again')", shown=""),
    key("confirm.yes", "y", "yes", action="answer(True)"),
    key("confirm.no", "n,escape,q,enter", "no", action="answer(False)", shown="n Esc"),
    key("notes.close", "escape", "close"),
    key("notes.delete", "delete", "delete the note"),
    key("variable.close", "escape", "cancel"),
    key("variable.save", "enter,ctrl+s", "save", shown="⏎ ctrl-s"),
    key("deletion.close", "escape", "cancel, or stop deleting"),
    key("export.write", "enter", "export"),
    key("export.close", "escape", "cancel"),
)
