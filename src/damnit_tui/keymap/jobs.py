"""Keys of the list of jobs, and of the daemon's screen."""

from __future__ import annotations

from .key import Key

KEYS: tuple[Key, ...] = (
    Key("jobs.close", "escape,q", "close", "back", "jobs", "Screens", "Esc", "back", 1),
    Key(
        "jobs.help",
        "question_mark,f1",
        "app.help('jobs')",
        "these keys",
        "jobs",
        "Screens",
        "?",
        "help",
        1,
    ),
    Key("jobs.log", "L", "log", "log of the job", "jobs", "Look", "⏎ L", "log", 2),
    Key("jobs.cancel", "K", "cancel", "cancel the job", "jobs", "Act", "K", "cancel", 3),
    Key("jobs.retry", "R", "retry", "do it once more", "jobs", "Act", "R", "retry", 4),
    Key(
        "jobs.retry_more",
        "M",
        "retry_more",
        "do it once more, with more memory or time",
        "jobs",
        "Act",
        "M",
        "with more",
        5,
    ),
    Key(
        "jobs.earlier",
        "plus",
        "priority(1)",
        "earlier in the queue, or later",
        "jobs",
        "Act",
        "+ -",
        "order",
        6,
    ),
    Key("jobs.later", "minus", "priority(-1)", "later in the queue", "jobs", "Act"),
    Key("daemon.close", "escape,q", "close", "back", "daemon", "Screens", "Esc", "back", 1),
    Key(
        "daemon.help",
        "question_mark,f1",
        "app.help('daemon')",
        "these keys",
        "daemon",
        "Screens",
        "?",
        "help",
        1,
    ),
    Key("daemon.start", "S", "start", "start the daemon", "daemon", "Act", "S", "start", 2),
    Key("daemon.stop", "T", "stop", "stop the daemon", "daemon", "Act", "T", "stop", 3),
    Key("daemon.restart", "R", "restart", "stop and start it", "daemon", "Act", "R", "restart", 4),
    Key("daemon.log", "L", "log", "what the daemon says", "daemon", "Look", "L", "log", 5),
    Key("daemon.edit", "e", "edit", "change the setting", "daemon", "Act", "⏎ e", "change", 6),
)
