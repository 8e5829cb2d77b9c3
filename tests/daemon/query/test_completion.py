"""Completion of filters and column lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.model import Column
from damnit_daemon.query import parse_filter
from damnit_daemon.query.completion import complete_columns, complete_filter

COLUMNS = [
    Column("comment", "Comment", type="string"),
    Column("xgm.intensity", "XGM/Intensity", tags=("beam",)),
    Column("sample", "Sample", type="string"),
    Column("shutter", "Shutter", type="boolean"),
    Column("and", "And"),
    Column("odd name", "Odd/Name", tags=("two words",)),
]
TEXTS = {"sample": ["LaB6", "dark", "water 10", "it's"], "comment": []}


def offered(text, cursor=None):
    at = len(text) if cursor is None else cursor
    found = complete_filter(text, at, COLUMNS, lambda column: TEXTS.get(column.name, ()))
    return text[found.start : found.end], list(found.options)


@pytest.mark.parametrize(
    ("text", "word", "options"),
    [
        ("int", "int", ["xgm.intensity"]),
        ("sam", "sam", ["sample"]),
        ("(sam", "sam", ["sample"]),
        ("xgm.intensity > 5 sam", "sam", ["sample"]),
        ("odd", "odd", ['"odd name"']),
        ("an", "an", ['"and"']),
        ("no", "no", ["not"]),
        ("name", "name", ['"odd name"']),
        ("is:", "is:", ["is:error", "is:skipped", "is:empty", "is:marked"]),
        ("not is:em", "is:em", ["is:empty"]),
        ("tag:b", "tag:b", ["tag:beam"]),
        ('tag:"t', 'tag:"t', ['tag:"two words"']),
        ("has:sh", "has:sh", ["has:shutter"]),
        ("sample = ", "", ["LaB6", "dark", '"water 10"', '"it\'s"']),
        ("sample = d", "d", ["dark"]),
        ('sample = "wat', '"wat', ['"water 10"']),
        ("sample in LaB6,d", "d", ["dark"]),
        ("sample in LaB6, d", "d", ["dark"]),
        ("Sample ~ la", "la", ["LaB6"]),
        ("shutter = t", "t", ["true"]),
        ("time > ", "", ["today", "yesterday", "-1h", "-8h"]),
        ("xgm.intensity ", "", ["=", "!=", "<", "<=", ">", ">=", "in"]),
        ("sample ", "", ["=", "!=", "~", "in"]),
        ("nothing = ", "", None),
    ],
)
def test_filter_completion_offers_matching_words(text, word, options):
    found = offered(text)
    assert found[0] == word
    if options is not None:
        assert found[1] == options


def test_empty_filter_offers_keywords_and_all_columns():
    assert offered("")[1][:5] == ["not", "has:", "is:", "label:", "tag:"]


def test_labels_in_use_are_completed():
    def values(column):
        return ["bad sample-7", "good"] if column.name == "labels" else []

    found = complete_filter("xgm > 5 label:", 14, COLUMNS, values)
    assert found.options == ("label:none", "label:bad", "label:good", "label:sample-7")


def test_completion_ignores_text_after_cursor():
    assert offered("sam > 5", 3) == ("sam", ["sample"])


def test_column_list_is_completed_after_a_comma():
    found = complete_columns("xgm.intensity, -sam", 19, COLUMNS)
    assert (found.start, found.end, found.options) == (16, 19, ("sample",))


@given(
    st.text(alphabet=st.sampled_from(list("xgmsaple><=!~()\"' in,or:hastgi.\\é")), max_size=30),
    st.integers(0, 30),
)
def test_completion_range_lies_within_any_text(text, cursor):
    at = min(cursor, len(text))
    found = complete_filter(text, at, COLUMNS, lambda _column: ["a b", "c"])
    assert 0 <= found.start <= found.end == at


@given(st.sampled_from(["", "not ", "xgm.intensity > 5 or ", "("]), st.sampled_from("aeinostx"))
def test_offered_column_is_a_valid_filter(before, letter):
    for option in offered(before + letter)[1]:
        if not option.endswith(":") and option != "not":
            assert parse_filter(f"has:{option}", COLUMNS)
