"""Filters and sort orders of any text: parsed, or refused with the position of the mistake."""

from __future__ import annotations

import time
from datetime import UTC

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damnit_daemon.model import Blob, BlobKind, Column, RunKey, RunRow, StoredValue
from damnit_daemon.query import (
    FilterError,
    Moment,
    parse_filter,
    parse_sort,
    sort_keys,
)
from damnit_daemon.query.completion import complete_filter
from tests.daemon.query.builders import StoredTable
from tests.fuzz.budget import report, rounds

MOST_S = 2.0
"""CPU time for one text; what takes for ever takes more."""

NOW = 1_796_000_000.0
COLUMNS = [
    Column("comment", "Comment", type="string"),
    Column("xgm", "XGM/Intensity", tags=("beam",)),
    Column("grp.line", "Group/Line", tags=("a tag", "")),
    Column("shutter", "Shutter", type="boolean"),
    Column("n", "", type="integer"),
    Column("and", "not (", type="number"),
]
WORDS = [
    *("comment", "xgm", "grp.line", "line", "n", "and", "run", "proposal", "time", "'not ('"),
    *(
        "or",
        "not",
        "in",
        "is:",
        "has:",
        "tag:",
        "label:",
        "label:good",
        "labels",
        "is:error",
        "is:skipped",
        "has:xgm",
        "tag:beam",
    ),
    *("<", "<=", "=", "!=", "~", "==", "(", ")", ",", "-", '"', "'", "1,2", "1-9", "9-1", "0x1"),
    *("1e999", "-1e-999", "nan", "inf", "9" * 400, "1-" + "9" * 30, "1_0", "٣", "²", "Infinity"),
    *("-2h", "-99999999999999d", "25:61", "10:00", "today", "now", "2026-02-30", "9999-12-31"),
    *("'0001-01-01 00:00'", "(a+)+$", "'(a|a)*b'", "'a*a*a*a*a*b'", "[", "'(?P<x'", "'\\\\'"),
    *("'" + "(" * 150 + ")" * 150 + "'", "\0", "\x1b[2J", "\u202e", "\ud800", "é" * 50),
]
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=12).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=8).map("".join),
    st.builds(lambda word, times: word * times, st.sampled_from(["(", "not ", "1 or "]),
              st.integers(1, 5000)),
)  # fmt: skip
CELLS = [
    *(None, 0, 1, -1, 2**63 - 1, -(2**63), 0.5, float("nan"), float("inf"), -0.0, 1e308),
    *("", "a" * 400, "a" * 400 + "!", "LaB6", "1", "\0", "\ud800", "\x1b[2J", "line\nline"),
    *(Blob(BlobKind.PNG, 10), b"\xff", True),
]
LABELS = st.sampled_from([(), ("good",), ("bad", "\x1b[2J")])
TIMES = [None, 0.0, NOW, -1e18, 1e300, float("nan"), float("inf")]


@st.composite
def tables(draw):
    keys = [RunKey(draw(st.sampled_from([1234, 1, 2**62])), run) for run in range(1, 5)]
    rows = [RunRow(key, draw(st.sampled_from(TIMES)), None, draw(LABELS)) for key in keys]
    values = [
        StoredValue(key, column.name, draw(st.sampled_from(CELLS)), NOW)
        for key in keys
        for column in COLUMNS
        if draw(st.booleans())
    ]
    failed = draw(
        st.sampled_from([None, "[]", "{", '{"error": 1, "error_cls": []}', '{"error": "x"}'])
    )
    values.append(StoredValue(keys[0], "xgm", None, NOW, attributes_json=failed))
    table = StoredTable(rows, COLUMNS, values)
    table.marked = set(keys[:1])
    return table


def check_place(error: FilterError, text: str) -> None:
    assert str(error)
    assert 0 <= error.start <= error.end <= len(text)


def test_any_filter_text_is_parsed_or_refused_with_its_position():
    tally = {"tried": 0, "told": 0}

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(TEXTS, tables(), st.integers(0, 40))
    def attack(text, table, cursor):
        tally["tried"] += 1
        began_s = time.process_time()
        keys = table.keys
        try:
            found = parse_filter(text, COLUMNS, Moment(NOW, UTC))
        except FilterError as error:
            tally["told"] += 1
            check_place(error, text)
        else:
            mask = found.mask(table, keys)
            assert len(mask) == len(keys)
            assert found.select(table, keys) == [
                key for key, held in zip(keys, mask, strict=True) if held
            ]
            bool(found)
            found.with_column(COLUMNS[1], "xgm > 1")
        try:
            order = parse_sort(text, COLUMNS)
        except FilterError as error:
            check_place(error, text)
        else:
            assert sorted(sort_keys(table, keys, order)) == sorted(keys)
        completion = complete_filter(text, min(cursor, len(text)), COLUMNS, lambda _: ["LaB6"])
        assert 0 <= completion.start <= completion.end <= len(text)
        assert time.process_time() - began_s < MOST_S

    for _ in rounds(1):
        attack()
    report(
        "filters", tried=tally["tried"], survived=tally["tried"] - tally["told"],
        told=tally["told"], wrong=0,
    )  # fmt: skip
