"""Keys of the dialogs over the table."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("dialog.close", "escape,q,enter", "close", footer="close"),
    key(
        "dialog.down",
        "j,down",
        "scroll down",
        action="scroll(1)",
        shown="↓/↑ j/k",
        both="scroll down or up",
    ),
    key("dialog.up", "k,up", "scroll up", action="scroll(-1)", shown=""),
    key(
        "dialog.page_down",
        "ctrl+d",
        "page down",
        action="page(1)",
        shown="ctrl-d/u",
        both="page down or up",
    ),
    key("dialog.page_up", "ctrl+u", "page up", action="page(-1)", shown=""),
    key(
        "dialog.first",
        "g",
        "scroll to the beginning",
        action="page(-1000)",
        shown="g/G",
        both="scroll to the beginning or end",
    ),
    key("dialog.last", "G", "scroll to the end", action="page(1000)", shown=""),
    key("help.search", "slash", "search the keys", footer="search"),
    key("dialog.copy", "y", "copy the contents", owner="cell", footer="copy"),
    key("why.inspect", "I", "open the data: it may exist even if the cell is empty"),
    key("why.history", "W", "list the values that the cell has had"),
    key("save.close", "escape", "cancel"),
    key("members.close", "escape,q", "close"),
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
