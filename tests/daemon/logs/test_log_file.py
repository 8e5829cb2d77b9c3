"""Log files read in both directions and searched."""

from __future__ import annotations

import os
import random
import re
from contextlib import ExitStack

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.logs import LineKind, LogFile, kind_of
from damnit_daemon.logs.log_file import MOST_BYTES, LogChange

NEEDLE = re.compile(b"needle", re.IGNORECASE)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "r1-p1234.out"


@pytest.fixture
def opened(path):
    with ExitStack() as open_logs:

        def open_log(text):
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            log = LogFile(path)
            open_logs.callback(log.close)
            log.poll()
            return log

        yield open_log


def texts(lines):
    return [line.text for line in lines]


def test_end_of_log_is_read_alone(opened):
    log = opened("".join(f"line {n}\n" for n in range(100_000)))
    last = log.lines_before(log.size, 3)
    assert texts(last) == ["line 99997", "line 99998", "line 99999"]
    assert texts(log.lines_before(last[0].start, 2)) == ["line 99995", "line 99996"]
    assert texts(log.lines_from(0, 2)) == ["line 0", "line 1"]


@pytest.mark.parametrize("seed", range(8))
def test_log_read_forwards_and_backwards_has_equal_lines(opened, seed):
    chance = random.Random(seed)
    lengths = [chance.choice([0, 1, 7, 80, 500, MOST_BYTES, 70_000]) for _ in range(60)]
    log = opened(b"".join(bytes([97 + n % 26]) * n + b"\n" for n in lengths) + b"open end")
    forward = log.lines_from(0, 10_000)
    assert forward[-1].text == "open end"
    assert [line.start for line in forward[1:]] == [line.end for line in forward[:-1]]
    for count in (1, 2, 17, 10_000):
        assert log.lines_before(log.size, count) == forward[-count:]
    backward, end = [], log.size
    while end:
        (line,) = log.lines_before(end, 1)
        backward.append(line)
        end = line.start
    assert backward[::-1] == forward
    for line in chance.sample(forward, 20):
        assert log.line_at(chance.randrange(line.start, line.end)) == line.start


def test_carriage_return_keeps_last_state_of_line(opened):
    assert texts(opened("10 %\r20 %\rdone\nnext\r\n").lines_from(0, 9)) == ["done", "next"]


def test_undecodable_log_is_shown_with_replacement_characters(opened):
    (line,) = opened(b"\xff\xfeabc\x00\n").lines_from(0, 9)
    assert line.text == "\ufffd\ufffdabc\x00"


def test_log_poll_detects_growth_truncation_removal_and_replacement(opened, path):
    log = opened("one\n")
    assert log.poll() is LogChange.NONE
    with path.open("a") as file:
        file.write("two\n")
    assert log.poll() is LogChange.GREW
    assert texts(log.lines_from(4, 9)) == ["two"]
    os.truncate(path, 0)
    assert log.poll() is LogChange.CUT
    assert log.lines_from(0, 9) == []
    path.rename(path.with_suffix(".1"))
    assert log.poll() is LogChange.GONE
    path.write_text("another\n")
    assert log.poll() is LogChange.REPLACED
    assert texts(log.lines_from(0, 9)) == ["another"]


def test_missing_log_is_reported(path):
    with pytest.raises(DamnitError, match=r"no log r1-p1234\.out"):
        LogFile(path).poll()


def test_log_search_works_in_both_directions_and_ends(opened):
    filler = "x" * 99 + "\n"
    log = opened(f"Needle 1\n{filler * 30_000}needle 2\n{filler * 30_000}NEEDLE 3\n")
    places, at = [], 0
    while (found := log.find(NEEDLE, at)) is not None:
        places.append(log.lines_from(found, 1)[0])
        at = places[-1].end
    assert texts(places) == ["Needle 1", "needle 2", "NEEDLE 3"]
    backward, at = [], log.size
    while (found := log.find(NEEDLE, at, backward=True)) is not None:
        backward.append(found)
        at = found
    assert backward == [line.start for line in reversed(places)]
    assert log.find(re.compile(b"needle"), 0) == places[1].start
    assert log.find(re.compile(b"nothing"), 0) is None
    assert log.find(NEEDLE, 9, should_continue=lambda: False) is None


def test_log_search_finds_matches_across_blocks(opened, monkeypatch):
    monkeypatch.setattr("damnit_daemon.logs.log_file.SEARCH_BYTES", 7)
    log = opened("abc\nab needle cd\nef\n")
    assert log.find(NEEDLE, 0) == 4
    assert log.find(NEEDLE, log.size, backward=True) == 4
    assert log.find(NEEDLE, 5) is None
    assert log.find(re.compile(rb"^cd|^ef", re.MULTILINE), 0) == 17


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("----- Processing r1 (p1234) as me on here (subprocess) -----", LineKind.SECTION),
        ("Could not get data for xgm", LineKind.ERROR),
        ("Traceback (most recent call last):", LineKind.ERROR),
        ("ZeroDivisionError: division by zero", LineKind.ERROR),
        ("2026-11-24 ERROR damnit: no", LineKind.ERROR),
        ("context.py:3: RuntimeWarning: mean of empty slice", LineKind.WARNING),
        ("Computed xgm in 0.120 s", LineKind.OUTCOME),
        ("Skipped scan: not a scan", LineKind.OUTCOME),
        ("no errors found", LineKind.PLAIN),
    ],
)
def test_log_line_has_a_kind(text, kind):
    assert kind_of(text) is kind
