"""Keys of the run table: actions that change or export data, and other screens."""

from __future__ import annotations

from .key import Key, main_key

KEYS: tuple[Key, ...] = (
    main_key(
        "runs.edit",
        "e",
        "edit the cell: a comment, or a variable to fill in; of all marked runs at once",
        "Edit",
        "e",
        "edit",
        4,
    ),
    main_key("runs.undo", "u", "undo the last edit", "Edit", "u"),
    main_key("runs.redo", "U", "redo", "Edit", "U"),
    main_key("runs.notes", "o", "notes: add one, look at all", "Edit", "o"),
    main_key(
        "runs.fold_notes",
        "z",
        "fold the notes between the runs away, or show them again",
        "Look",
        "z",
    ),
    main_key("runs.user_variable", "A", "add a variable to fill in, or change one", "Edit", "A"),
    main_key("runs.add_runs", "plus", "add planned runs", "Edit", "+"),
    main_key(
        "runs.delete_variable", "delete", "delete the variable with all its data", "Edit", "Del"
    ),
    main_key("runs.copy", "y", "copy the cell", "Take", "y", "copy", 13),
    main_key("runs.copy_rows", "Y", "copy the run, or marked ones, as a table", "Take", "Y"),
    main_key(
        "runs.export", "S,O", "save runs to a file, or copy them to the clipboard", "Take", "S O"
    ),
    main_key("runs.reprocess", "r", "reprocess runs", "Act", "r", "reprocess", 6),
    main_key("runs.cancel", "K", "cancel the jobs of the run", "Act", "K"),
    main_key("runs.jobs", "J", "the daemon's jobs", "Screens", "J", "jobs", 7),
    Key("app.help", "question_mark", "help", "this help", "app", "Screens", "?", "help", 1),
    main_key(
        "runs.palette", "ctrl+p", "find a key or a command by what it does", "Screens", "ctrl-p"
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
    main_key("runs.daemon", "D", "the daemon and its settings", "Screens", "D"),
    main_key("runs.context", "E", "edit the context file", "Act", "E"),
    main_key("runs.proposals", "P", "other proposals", "Screens", "P"),
)
