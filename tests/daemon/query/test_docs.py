"""Filters shown in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from damnit_daemon.model import Column
from damnit_daemon.query import parse_filter

PAGE = (Path(__file__).parents[3] / "docs" / "filter.md").read_text(encoding="utf-8")
COLUMNS = [
    *(Column(name, name) for name in ("xgm", "sample")),
    Column("preview", "Preview", tags=("agipd",)),
]
BLOCKS = [
    line.split("   ")[0]
    for block in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    for line in block.strip().splitlines()
]
CELLS = [
    example.replace("\\|", "|")
    for line in re.findall(r"^\| (.*?) \| ", PAGE, re.MULTILINE)
    for example in re.findall(r"`([^`]*)`", line)
    if "…" not in example
]


@pytest.mark.parametrize("text", [*BLOCKS, *CELLS])
def test_documented_example_is_a_valid_filter(text):
    assert parse_filter(text, COLUMNS)


def test_documentation_has_filter_examples():
    assert len(BLOCKS) >= 4
    assert len(CELLS) >= 12
