"""Keys of the run table: what changes or takes something, and the screens beside it."""

from __future__ import annotations

from .key import Key

KEYS: tuple[Key, ...] = (
    Key(
        "runs.edit",
        "e",
        "edit",
        "edit the cell: a comment, or a variable to fill in; of all marked runs at once",
        "main",
        "Edit",
        "e",
        "edit",
        4,
    ),
    Key("runs.undo", "u", "undo", "take back the last edit", "main", "Edit", "u"),
    Key("runs.redo", "U", "redo", "do again what was taken back", "main", "Edit", "U"),
    Key("runs.notes", "o", "notes", "notes: add one, look at all", "main", "Edit", "o"),
    Key(
        "runs.fold_notes",
        "z",
        "fold_notes",
        "fold the notes between the runs away, or show them again",
        "main",
        "Look",
        "z",
    ),
    Key(
        "runs.user_variable",
        "A",
        "user_variable",
        "add a variable to fill in, or change one",
        "main",
        "Edit",
        "A",
    ),
    Key(
        "runs.add_runs", "plus", "add_runs", "list runs before they are taken", "main", "Edit", "+"
    ),
    Key(
        "runs.delete_variable",
        "delete",
        "delete_variable",
        "delete the variable with all its data",
        "main",
        "Edit",
        "Del",
    ),
    Key("runs.copy", "y", "copy", "copy the cell", "main", "Take", "y", "copy", 13),
    Key(
        "runs.copy_rows",
        "Y",
        "copy_rows",
        "copy the run, or marked ones, as a table",
        "main",
        "Take",
        "Y",
    ),
    Key(
        "runs.export",
        "O",
        "export",
        "write runs to a file, or to the clipboard",
        "main",
        "Take",
        "O",
    ),
    Key(
        "runs.reprocess", "r", "reprocess", "process runs again", "main", "Act", "r", "reprocess", 6
    ),
    Key("runs.cancel", "K", "cancel_jobs", "cancel the jobs of the run", "main", "Act", "K"),
    Key("runs.jobs", "J", "jobs", "the daemon's jobs", "main", "Screens", "J", "jobs", 7),
    Key("app.help", "question_mark", "help", "this help", "app", "Screens", "?", "help", 1),
    Key(
        "runs.palette",
        "ctrl+p",
        "palette",
        "find a key or a command by what it does",
        "main",
        "Screens",
        "ctrl-p",
    ),
    Key("app.redraw", "ctrl+l", "redraw", "draw the screen again", "app", "Screens", "ctrl-l"),
    Key(
        "app.suspend",
        "ctrl+z",
        "suspend_process",
        "back to the shell; `fg` resumes",
        "app",
        "Screens",
        "ctrl-z",
    ),
    Key("app.quit", "q,ctrl+q", "quit", "quit", "app", "Screens", "q", "quit", 8),
    Key("runs.daemon", "D", "daemon", "the daemon and its settings", "main", "Screens", "D"),
    Key("runs.context", "E", "context", "edit the context file", "main", "Act", "E"),
    Key("runs.proposals", "P", "proposals", "other proposals", "main", "Screens", "P"),
)
