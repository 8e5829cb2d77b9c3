"""Keys of the run table: actions that change or export data, and other screens."""

from __future__ import annotations

from .key import Key, key, main_key

KEYS: tuple[Key, ...] = (
    main_key(
        "runs.edit",
        "e",
        "edit the cell: a comment, or a variable to fill in; of all marked runs at once",
        section="Edit",
        footer="edit",
        rank=4,
    ),
    main_key("runs.undo", "u", "undo the last edit", section="Edit"),
    main_key("runs.redo", "U", "redo", section="Edit"),
    main_key("runs.notes", "o", "notes: add one, look at all", section="Edit"),
    main_key(
        "runs.fold_notes",
        "z",
        "fold the notes between the runs away, or show them again",
        section="Look",
    ),
    main_key("runs.user_variable", "A", "add a variable to fill in, or change one", section="Edit"),
    main_key("runs.add_runs", "plus", "add planned runs", section="Edit"),
    main_key(
        "runs.delete_variable", "delete", "delete the variable with all its data", section="Edit"
    ),
    main_key("runs.copy", "y", "copy the cell", section="Take", footer="copy", rank=13),
    main_key("runs.copy_rows", "Y", "copy the run, or marked ones, as a table", section="Take"),
    main_key(
        "runs.export",
        "S,O",
        "save runs to a file, or copy them to the clipboard",
        section="Take",
        shown="S O",
    ),
    main_key("runs.reprocess", "r", "reprocess runs", section="Act", footer="reprocess", rank=6),
    main_key("runs.cancel", "K", "cancel the jobs of the run", section="Act"),
    main_key("runs.jobs", "J", "the daemon's jobs", section="Screens", footer="jobs", rank=7),
    key("app.help", "question_mark", "this help", section="Screens", footer="help", rank=1),
    main_key(
        "runs.palette", "ctrl+p", "find a key or a command by what it does", section="Screens"
    ),
    key("app.redraw", "ctrl+l", "draw the screen again", section="Screens"),
    key(
        "app.suspend",
        "ctrl+z",
        "back to the shell; `fg` resumes",
        action="suspend_process",
        section="Screens",
    ),
    key("app.quit", "q,ctrl+q", "quit", section="Screens", footer="quit", rank=8),
    main_key("runs.daemon", "D", "the daemon and its settings", section="Screens"),
    main_key("runs.context", "E", "edit the context file", section="Act"),
    main_key("runs.proposals", "P", "other proposals", section="Screens"),
)
