"""Keys of the dialogs over the table."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("dialog.close", "escape,q,enter", "close", footer="close"),
    key("dialog.down", "j,down", "further down", action="scroll(1)", shown="↓ j"),
    key("dialog.up", "k,up", "further up", action="scroll(-1)", shown="↑ k"),
    key("help.search", "slash", "find keys by what they do", footer="search"),
    key("dialog.copy", "y", "copy what is shown", owner="cell", footer="copy"),
    key("why.inspect", "I", "look into the data: there may be some where the table has no number"),
    key("save.close", "escape", "save nothing"),
    key("members.close", "escape,q", "close"),
    key("members.down", "j", "next variable", action="move(1)"),
    key("members.up", "k", "previous variable", action="move(-1)"),
    key("form.close", "escape", "cancel"),
    key("form.accept", "enter", "do it"),
    key("conflict.theirs", "escape,q", "keep what is there", action="choose('theirs')", shown=""),
    key("conflict.mine", "m", "write mine over it", action="choose('mine')", shown=""),
    key("conflict.again", "e", "edit again", action="choose('again')", shown=""),
    key("confirm.yes", "y", "yes", action="answer(True)"),
    key("confirm.no", "n,escape,q,enter", "no", action="answer(False)", shown="n Esc"),
    key("notes.close", "escape", "close"),
    key("notes.delete", "delete", "delete the note"),
    key("variable.close", "escape", "cancel"),
    key("variable.save", "enter,ctrl+s", "save", shown="⏎ ctrl-s"),
    key("deletion.close", "escape", "cancel, or stop"),
    key("export.write", "enter", "write it"),
    key("export.close", "escape", "cancel"),
)
