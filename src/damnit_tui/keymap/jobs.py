"""Keys of the jobs screen and the daemon screen."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("jobs.close", "escape,q", "back", footer="back", rank=1),
    key(
        "jobs.help",
        "question_mark,f1",
        "show these keys",
        action="app.help('jobs')",
        footer="help",
        rank=1,
    ),
    key("jobs.log", "L", "show the log of the job", shown="⏎ L", footer="log", rank=2),
    key("jobs.only_failed", "f", "toggle: only failed jobs", footer="failed", rank=7),
    key("jobs.only_run", "o", "toggle: only jobs of this run", footer="this run", rank=8),
    key("jobs.cancel", "K", "cancel the job", footer="cancel", rank=3),
    key("jobs.retry", "R", "rerun the job", footer="retry", rank=4),
    key("jobs.retry_more", "M", "rerun the job with more memory or time", footer="retry+", rank=5),
    key(
        "jobs.earlier",
        "plus",
        "move up in the queue",
        action="priority(1)",
        shown="+/-",
        both="move up or down in the queue",
        footer="order",
        rank=6,
    ),
    key("jobs.later", "minus", "move down in the queue", action="priority(-1)", shown=""),
    key("daemon.close", "escape,q", "back", footer="back", rank=1),
    key(
        "daemon.help",
        "question_mark,f1",
        "show these keys",
        action="app.help('daemon')",
        footer="help",
        rank=1,
    ),
    key("daemon.start", "s", "start the daemon", footer="start", rank=2),
    key("daemon.stop", "T", "stop the daemon", footer="stop", rank=3),
    key("daemon.restart", "R", "restart the daemon", footer="restart", rank=4),
    key("daemon.log", "L", "show the daemon's log", footer="log", rank=5),
    key("daemon.edit", "e", "change the setting", shown="⏎ e", footer="change", rank=6),
)
