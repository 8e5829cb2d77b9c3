"""Keys of the run table: actions that change or export data, and other screens."""

from __future__ import annotations

from .key import Key, key, main_key

KEYS: tuple[Key, ...] = (
    main_key(
        "runs.edit",
        "e",
        "edit the cell: a comment or user variable; with marks, of all marked runs",
        section="Edit",
        footer="edit",
        rank=4,
    ),
    main_key(
        "runs.undo",
        "u",
        "undo the last edit",
        section="Edit",
        shown="u/U",
        both="undo the last edit, or redo it",
    ),
    main_key("runs.redo", "U", "redo the last undone edit", section="Edit", shown=""),
    main_key(
        "runs.label",
        "number_sign",
        "label the run, or all marked runs: good, bad, dark, own words",
        section="Edit",
    ),
    main_key(
        "runs.label_again",
        "full_stop",
        "the same labels again",
        section="Edit",
    ),
    main_key("runs.notes", "o", "notes: add, edit or delete", section="Edit"),
    main_key(
        "runs.fold_notes",
        "z",
        "toggle notes between the runs",
        section="View",
    ),
    main_key("runs.user_variable", "A", "add or change a user variable", section="Edit"),
    main_key(
        "runs.derive",
        "equals_sign",
        "derive a column from others, such as a ratio; on a derived column: change it",
        section="Edit",
    ),
    main_key("runs.add_runs", "plus", "add planned runs", section="Edit"),
    main_key(
        "runs.delete_variable",
        "delete",
        "delete the variable and all its data, or the derived column",
        section="Edit",
    ),
    main_key("runs.copy", "y", "copy the cell", section="Export", footer="copy", rank=13),
    main_key(
        "runs.copy_rows", "Y", "copy the run, or all marked runs, as a table", section="Export"
    ),
    main_key(
        "runs.export",
        "S,O",
        "export runs to a file or the clipboard",
        section="Export",
        shown="S O",
    ),
    main_key(
        "runs.reprocess", "r", "reprocess runs", section="Process", footer="reprocess", rank=6
    ),
    main_key("runs.cancel", "K", "cancel the jobs of the run", section="Process"),
    main_key("runs.jobs", "J", "show the daemon's jobs", section="Screens", footer="jobs", rank=7),
    key("app.help", "question_mark", "show this help", section="Screens", footer="help", rank=1),
    main_key("runs.palette", "ctrl+p", "search keys and commands", section="Screens"),
    key("app.redraw", "ctrl+l", "redraw the screen", section="Screens"),
    key(
        "app.suspend",
        "ctrl+z",
        "suspend to the shell; `fg` resumes",
        action="suspend_process",
        section="Screens",
    ),
    key("app.quit", "q,ctrl+q", "quit", section="Screens", footer="quit", rank=8),
    main_key("runs.alerts", "exclamation_mark", "alerts: list, acknowledge", section="Screens"),
    main_key("runs.daemon", "D", "daemon and its settings", section="Screens"),
    main_key("runs.context", "E", "edit the context file", section="Process"),
    main_key("runs.proposals", "P", "switch to another proposal", section="Screens"),
)
