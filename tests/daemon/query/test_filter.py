"""The filter language."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.model import UNKNOWN_CONTENT, Blob, BlobKind, Column, RunKey, RunRow, StoredValue
from damnit_daemon.query import FilterError, Moment, parse_filter
from damnit_daemon.query.table import content_of
from tests.daemon.query.builders import StoredTable

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC).timestamp()
HOUR_S = 3600.0
COLUMNS = [
    Column("comment", "Comment", type="string"),
    Column("xgm", "XGM/Intensity", tags=("beam",)),
    Column("sample", "Sample", type="string"),
    Column("shutter", "Shutter", type="boolean"),
    Column("preview", "AGIPD/Preview", tags=("agipd", "image")),
    Column("hits", "AGIPD/Hits", tags=("agipd",)),
]


def key(run, proposal=1234):
    return RunKey(proposal, run)


def stored(run, name, value, **attributes):
    text = json.dumps(attributes) if attributes else None
    return StoredValue(key(run), name, value, NOW, attributes_json=text)


LABELS = {1: ("good",), 3: ("bad", "sample-7"), 5: ("good", "sample-7")}
TABLE = StoredTable(
    [
        RunRow(key(run), NOW - run * HOUR_S if run < 5 else None, None, LABELS.get(run, ()))
        for run in range(1, 7)
    ],
    COLUMNS,
    [
        stored(1, "xgm", 400.0), stored(1, "sample", "LaB6"), stored(1, "shutter", 1),
        stored(1, "comment", "first light"), stored(1, "preview", Blob(BlobKind.PNG, 100)),
        stored(2, "xgm", 500), stored(2, "sample", "dark"), stored(2, "shutter", 0),
        stored(2, "hits", None, error="too few", error_cls="Skip"),
        stored(3, "xgm", 0.1 + 0.2), stored(3, "sample", "Water 10"),
        stored(3, "hits", None, error="no key", error_cls="KeyError"),
        stored(4, "xgm", float("nan")), stored(4, "sample", "water 9"), stored(4, "hits", 17),
        stored(5, "comment", "junk [a|b]"), stored(5, "xgm", "500"),
    ],
)  # fmt: skip


def content(column):
    values = [Blob(BlobKind.PNG, 100)] if column.name == "preview" else None
    return content_of(values or TABLE.scalars(column.name, TABLE.keys))


def shown(text):
    found = parse_filter(text, COLUMNS, Moment(NOW, UTC))
    return [k.run for k in found.select(TABLE, sorted(TABLE.keys))]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("xgm > 400", [2]),
        ("xgm >= 400", [1, 2]),
        ("xgm>=4e2 xgm<500", [1]),
        ("xgm = 0.3", [3]),
        ("xgm == 500", [2, 5]),
        ("xgm != 500", [1, 3]),
        ("xgm = '500'", [5]),
        ("XGM/Intensity < 1", [3]),
        ("intensity < 1", [3]),
        ("sample = lab6", [1]),
        ("sample ~ dark|lab", [1, 2]),
        ('sample ~ "^water"', [3, 4]),
        ("sample in LaB6,dark", [1, 2]),
        ("sample in LaB6, dark", [1, 2]),
        ('sample < "water 10"', [1, 2, 4]),
        ("sample in 'water 9','Water 10',dark", [2, 3, 4]),
        ("sample in dark,'water 9' hits = 17", [4]),
        ("xgm in 400,500,0.3", [1, 2, 3, 5]),
        ("xgm in '500'", [5]),
        ("shutter = true", [1]),
        ("shutter = no", [2]),
        ("has:preview", [1]),
        ("has:xgm", [1, 2, 3, 5]),
        ("not has:xgm", [4, 6]),
        ('has:"AGIPD/Preview"', [1]),
        ("is:error", [3]),
        ("is:skipped", [2]),
        ("is:empty", [6]),
        ("tag:agipd", [1, 4]),
        ("label:good", [1, 5]),
        ("label:GOOD label:sample-7", [5]),
        ("label:goo", []),
        ("SAMPLE-7", [3, 5]),
        ("label:none", [2, 4, 6]),
        ("not label:bad", [1, 2, 4, 5, 6]),
        ("has:labels", [1, 3, 5]),
        ("labels ~ sample", [3, 5]),
        ("labels = good", [1]),
        ("run in 2-4", [2, 3, 4]),
        ("run in 1, 5-6", [1, 5, 6]),
        ("run > 4", [5, 6]),
        ("proposal = 1234 run = 3", [3]),
        ("time > 10:00", [1]),
        ("time >= 10:00", [1, 2]),
        ("time > -90m", [1]),
        ("time = 10:00", [2]),
        ("time != 10:00", [1, 3, 4, 5, 6]),
        ("time = today", [1, 2, 3, 4]),
        ("time in 10:00,09:00", [2, 3]),
        ("time = 2026-11-23", []),
        ("time = '2026-11-24 10:00:01'", []),
        ("time < today", []),
        ("start_time > yesterday", [1, 2, 3, 4]),
        ('time > "2026-11-24 09:30"', [1, 2]),
        ("time > 2026-11-25", []),
        ("light", [1]),
        ("LIGHT or junk", [1, 5]),
        ('"first light"', [1]),
        ("4", [4]),
        ("[a|b]", [5]),
        ("xgm > 100 and sample = dark or is:error", [2, 3]),
        ("xgm > 100 and (sample = dark or sample = LaB6)", [1, 2]),
        ("not (xgm > 100 or is:error)", [4, 5, 6]),
        ("not not light", [1]),
        ("water hits = 17", [4]),
    ],
)
def test_filter_selects_runs(text, runs):
    assert shown(text) == runs


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("xmg > 5", "xmg", "There is no column 'xmg'. Did you mean xgm?"),
        ("xgm >", "", "A value is missing after >"),
        ("xgm > and", "and", "A value is missing after >"),
        ("> 5", ">", "a column is missing before >"),
        ("(xgm > 5", "(", "not closed"),
        ("xgm > 5)", ")", "no opening bracket"),
        ("and", "and", "The filter is incomplete here"),
        ("light or", "", "The filter is incomplete here"),
        ("not", "", "The filter is incomplete here"),
        ('sample = "dark', '"dark', "quote is not closed"),
        ("sample ~ (", "(", "A value is missing after ~"),
        ('sample ~ "("', '"("', "This pattern cannot be used: missing )"),
        ('sample ~ "(a+)+"', '"(a+)+"', "could take forever"),
        ("is:nice", "is:nice", "Use is:error, is:skipped, is:empty, is:marked."),
        ("has:nothing", "has:nothing", "There is no column 'nothing'."),
        ("tag:nothing", "tag:nothing", "Known tags: agipd, beam, image."),
        ("has:", "has:", "A value is missing after has:"),
        ("run in x", "x", "neither a run number nor a range"),
        ("run = x", "x", "is not a run number"),
        ("run in", "", "A value is missing after in"),
        ("run in 1,x", "x", "neither a run number nor a range"),
        ("proposal > x", "x", "is not a proposal number"),
        ("time ~ 10", "10", "Compare times with < or >"),
        ("time in 10:00,soon", "soon", "'soon' is not a time"),
        ("time > soon", "soon", "'soon' is not a time. For example 10:00"),
        ("!", "!", "is not allowed here"),
        ("(" * 60 + "a" + ")" * 60, "(", "nested too deeply"),
    ],
)
def test_filter_error_has_its_position(text, place, words):
    with pytest.raises(FilterError) as caught:
        parse_filter(text, COLUMNS, Moment(NOW, UTC))
    assert words in str(caught.value)
    assert text[caught.value.start : caught.value.end] == place


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("hits > abc", "abc", "'abc' is not a number, and AGIPD/Hits has no texts."),
        ("hits = nan", "nan", "'nan' is not a number"),
        ("hits != abc", "abc", "is not a number"),
        ("hits in 17,abc", "abc", "is not a number"),
        ("hits > '5'", "'5'", "A quoted value is a text."),
        ("light (run > 2 or hits < low)", "low", "is not a number"),
        ("shutter = 2", "2", "'2' is neither yes nor no."),
        ("shutter in yes,maybe", "maybe", "'maybe' is neither yes nor no."),
        ("shutter > open", "open", "is neither yes nor no."),
        ("sample > 5", "5", '5 is a number, and Sample has no numbers. Use "5" to compare'),
        ("preview > 5", "5", "AGIPD/Preview has no numbers or texts. Use has:preview"),
        ("preview ~ x", "x", "has no numbers or texts"),
        ("preview in 1", "1", "has no numbers or texts"),
        ("run = 2.5", "2.5", "'2.5' is not a run number."),
    ],
)
def test_comparison_that_can_never_be_true_is_refused(text, place, words):
    with pytest.raises(FilterError) as caught:
        parse_filter(text, COLUMNS, Moment(NOW, UTC), content)
    assert words in str(caught.value)
    assert text[caught.value.start : caught.value.end] == place


@pytest.mark.parametrize(
    "text",
    [
        "xgm > abc",  # it has a text, too
        "sample = 5",
        'sample > "5"',
        "hits ~ 1",
        "shutter > 0",
        "run > 2.5",
        "comment in 1,2",
        "has:preview",
    ],
)
def test_comparison_that_can_be_true_is_accepted(text):
    assert parse_filter(text, COLUMNS, Moment(NOW, UTC), content)


def test_column_without_values_may_be_compared_with_anything():
    assert parse_filter("hits > abc preview > 5", COLUMNS, content=lambda _: UNKNOWN_CONTENT)


def test_word_is_found_among_texts_with_nul_characters():
    texts = ["a\0Xyz", "b", "\0", "xYZ"]
    odd = StoredTable(
        [RunRow(key(run), None, None) for run in range(1, 5)],
        COLUMNS,
        [stored(run, "sample", text) for run, text in enumerate(texts, 1)],
    )
    found = parse_filter("xyz", COLUMNS).select(odd, sorted(odd.keys))
    assert [k.run for k in found] == [1, 4]


def test_variable_named_labels_takes_precedence_over_the_column_of_labels():
    variable = Column("labels", "Cluster labels")
    table = StoredTable(
        [RunRow(key(1), None, None, ("good",)), RunRow(key(2), None, None)],
        [variable],
        [stored(2, "labels", 17)],
    )
    for text, runs in (("labels = 17", [2]), ("has:labels", [2]), ("label:good", [1])):
        found = parse_filter(text, [variable])
        assert [k.run for k in found.select(table, [key(1), key(2)])] == runs


def test_is_marked_selects_marked_runs():
    marking = StoredTable([RunRow(key(run), None, None) for run in range(1, 4)], COLUMNS, [])
    marking.marked = {key(2)}
    found = parse_filter("is:marked or run = 3", COLUMNS)
    assert found.uses_marks
    assert [k.run for k in found.select(marking, sorted(marking.keys))] == [2, 3]
    assert not parse_filter("light", COLUMNS).uses_marks


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("", "xgm = 1"),
        ("light", "light xgm = 1"),
        ("xgm > 5", "xgm = 1"),
        ("xgm > 5 and light not xgm < 9", "light xgm = 1"),
        ("xgm > 5 or light", "(xgm > 5 or light) xgm = 1"),
        ("(xgm > 5 or light)", "(xgm > 5 or light) xgm = 1"),
        ("(xgm > 5 or not has:xgm) sample = dark", "sample = dark xgm = 1"),
        ("xgm in 5, 6 is:error run = 3", "is:error run = 3 xgm = 1"),
        ("not is:marked", "not is:marked xgm = 1"),
    ],
)
def test_new_condition_on_a_column_replaces_earlier_ones(text, together):
    found = parse_filter(text, COLUMNS, Moment(NOW, UTC))
    assert found.with_column(COLUMNS[1], "xgm = 1") == together
    assert found.with_column(COLUMNS[1], "") == together.removesuffix("xgm = 1").strip()


def test_ambiguous_title_in_filter_needs_the_name():
    columns = [Column("a", "X/Mean"), Column("b", "Y/Mean")]
    with pytest.raises(
        FilterError, match=r"Several columns have the title 'mean'. Use the name: a, b"
    ):
        parse_filter("mean > 1", columns)
    assert parse_filter("x/mean > 1", columns)


@given(
    st.text(alphabet=st.sampled_from(list("xgm><=!~()\"' ornotad:hasi|,.5*[\\é\x1b")), max_size=40)
)
def test_any_text_is_a_filter_or_an_error_with_position(text):
    place = (0, 0)
    try:
        parse_filter(text, COLUMNS, Moment(NOW, UTC)).select(TABLE, TABLE.keys)
    except FilterError as error:
        place = (error.start, error.end)
    assert 0 <= place[0] <= place[1] <= len(text)


SIMPLE = st.sampled_from(
    ["xgm > 400", "light", "has:preview", "is:error", "run in 2-4", "hits = 17"]
)


@given(SIMPLE, SIMPLE, SIMPLE)
def test_conditions_combine_like_sets(a, b, c):
    runs = {text: set(shown(text)) for text in (a, b, c)}
    everything = {1, 2, 3, 4, 5, 6}
    assert set(shown(f"{a} {b}")) == runs[a] & runs[b]
    assert set(shown(f"{a} or {b}")) == runs[a] | runs[b]
    assert set(shown(f"not ({a})")) == everything - runs[a]
    assert set(shown(f"{a} or {b} and {c}")) == runs[a] | (runs[b] & runs[c])
    assert set(shown(f"({a} or {b}) {c}")) == (runs[a] | runs[b]) & runs[c]


@pytest.mark.parametrize(
    "pattern", ["(a|a)*b", "(.*)*x", "(a*)*", "([a-z]+)*", "a*b*c*d*e*f*", "((ab)*)+"]
)
def test_exponential_pattern_is_refused(pattern):
    with pytest.raises(FilterError, match="forever"):
        parse_filter(f'sample ~ "{pattern}"', COLUMNS)


@pytest.mark.parametrize(
    "pattern", ["dark|junk", "^a.*z$", "[+*]+", r"\(\d+\)", "(ab)+", "a{2,3}", "[]a]*"]
)
def test_accepted_pattern_is_fast_on_long_text(pattern):
    long = StoredTable(
        [RunRow(key(1), None, None)], COLUMNS, [stored(1, "sample", "a" * 1_000_000 + "!")]
    )
    began = time.process_time()
    parse_filter(f'sample ~ "{pattern}"', COLUMNS).select(long, long.keys)
    assert time.process_time() - began < 5
