"""The page of guarantees names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent.parent
PAGE = TESTS.parent / "docs" / "guarantees.md"


def test_each_promise_names_tests_that_there_are():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not row.startswith("| promise")]
    for row in promises:
        folder = ""
        shown = re.findall(r"`([\w/.]+)`", row.rsplit("|", 2)[1])
        paths = [name for name in shown if "/" in name or name.endswith(".py") or name.isalpha()]
        assert paths, row
        for name in paths:
            path = TESTS / name if "/" in name else TESTS / folder / name
            folder = str(Path(name).parent) if "/" in name else folder
            assert path.exists() or (TESTS / name).exists(), name
