"""Replacement of DAMNIT's own conftest, here `their_conftest`, with which its tests find ours."""

from __future__ import annotations

import json
import os
from pathlib import Path

from peer_tests_shim import as_theirs

as_theirs()

from their_conftest import mock_ctx, mock_run  # noqa: E402, F401 – what needs no window or broker


def pytest_terminal_summary(terminalreporter):
    """Write down what passed and what did not."""
    found = {
        outcome: [report.nodeid for report in terminalreporter.stats.get(outcome, ())]
        for outcome in ("passed", "failed", "error", "skipped")
    }
    Path(os.environ["PEER_TESTS_REPORT"]).write_text(json.dumps(found))
