"""The last lines of a log, and lines that are added later."""

from __future__ import annotations

import itertools

import pytest

from damnit_daemon.supervise import follow_log, last_lines


@pytest.fixture
def log(tmp_path):
    return tmp_path / "amore.log"


def test_last_lines_of_long_log_are_returned(log):
    log.write_text("".join(f"line {n} {'x' * 100}\n" for n in range(5000)))

    lines = last_lines(log, 1500)

    assert [line.split()[1] for line in lines] == [str(n) for n in range(3500, 5000)]
    assert last_lines(log, 0) == []
    assert len(last_lines(log, 10_000)) == 5000


def test_last_lines_after_byte_skip_earlier_lines(log):
    log.write_bytes(b"old\nnew\n\xff\n")

    assert last_lines(log, 10, after_byte=4) == ["new", "�"]
    assert last_lines(log, 10, after_byte=1000) == ["old", "new", "�"]  # begun anew


def test_missing_log_has_no_lines(log):
    assert last_lines(log, 10) == []


def test_follow_log_continues_through_rotation_and_truncation(log):
    """What is done to the log between two looks, and what is seen then."""

    def grow():
        with log.open("a") as file:
            file.write("lf\nthree\n")

    def rotate():
        with log.open("a") as file:
            file.write("last of the old\n")
        log.rename(log.with_name("amore.log.1"))
        log.write_text("first of the new\n")

    def shorten():
        log.write_text("x\n")

    log.write_text("one\ntwo\nha")
    steps = iter([grow, rotate, lambda: None, shorten])

    def is_over():
        step = next(steps, None)
        if step is not None:
            step()
        return step is None

    assert list(follow_log(log, lines=1, is_over=is_over, interval_s=0)) == [
        "two",
        "half",
        "three",
        "last of the old",
        "first of the new",
        "x",
    ]


def test_follow_log_waits_for_missing_log(log):
    looks = itertools.count()

    def is_over():
        look = next(looks)
        if look == 1:
            log.write_text("begun\n")
        return look == 3

    assert list(follow_log(log, lines=5, is_over=is_over, interval_s=0)) == ["begun"]


def test_follow_log_joins_line_split_by_rotation(tmp_path):
    """supervisord begins a new file wherever a block of output ends."""
    log = tmp_path / "amore.log"
    log.write_text("one\nbegun ")
    looks = 0

    def is_over():
        nonlocal looks
        looks += 1
        if looks == 2:
            log.rename(tmp_path / "amore.log.1")
            log.write_text("and ended\n")
        return looks > 3

    followed = list(follow_log(log, lines=5, is_over=is_over, interval_s=0))
    assert followed == ["one", "begun and ended"]
