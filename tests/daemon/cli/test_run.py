"""`damnit-daemon run`: the level and format of its log."""

from __future__ import annotations

import pytest

from damnit_daemon.ledger import RequestKind
from tests.daemon.daemon_process import experiment  # noqa: F401 – a fixture

EMPTY = "from damnit_ctx import Variable\n"


def stop(daemon):
    daemon.terminate()
    assert daemon.wait(60) == 0


def test_log_has_the_format_of_the_environment(experiment):  # noqa: F811 – a fixture
    made = experiment(EMPTY, trigger="none")
    made.environment["DAMNIT_LOG_FORMAT"] = "%(levelname)s|%(message)s"

    stop(made.start_daemon())

    first, *_, last = made.log_text().splitlines()
    assert first.startswith("INFO|")
    assert last == "INFO|Stopped"


@pytest.mark.extended
def test_log_has_only_messages_of_the_level_of_the_environment(experiment):  # noqa: F811
    made = experiment(EMPTY, trigger="none")
    made.environment["DAMNIT_LOG_LEVEL"] = "Error"
    made.ledger.create()

    daemon = made.start_daemon(wait=False)
    made.ask(RequestKind.COMBINE)
    stop(daemon)

    assert made.log_text() == ""


@pytest.mark.parametrize(
    ("option", "text", "reason"),
    [
        ("--log-level", "loud", "not one of 'debug', 'info', 'warning', 'error'"),
        ("--log-format", "%(nope)s", "field not found in record: 'nope'"),
        ("--log-format", "%(message)d", "a real number is required"),
    ],
)
def test_log_option_that_is_not_valid_is_refused(damnit, folder, option, text, reason):
    refused = damnit("run", option, text)

    assert refused.code == 2
    assert reason in " ".join(refused.err.split())
