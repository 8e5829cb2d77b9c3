"""Reduced terminal output, read by a small terminal emulator."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, split_graphemes

from damnit_tui.terminal.screen_diff import ScreenDiff
from damnit_tui.terminal.sgr import PLAIN, Style, applied, change

from ..painted import Terminal

COLUMNS, ROWS = 40, 4
RED, BLUE = "38;2;255;0;0", "48;5;4"


def place(x, y):
    return f"\x1b[{y + 1};{x + 1}H"


def piece(text, *parameters):
    return f"\x1b[{';'.join(parameters)}m{text}\x1b[0m" if parameters else text


parameters = st.lists(
    st.sampled_from(["1", "2", "3", "4", "7", "9", "31", RED, "92", BLUE, "48;2;1;2;3", "100"]),
    max_size=4,
)
texts = st.one_of(
    st.text(st.sampled_from("ab  ·◐▀é木🙂"), min_size=1, max_size=6),
    st.sampled_from([" " * 14, "ab" + " " * 20, " " * 13 + "ab"]),
)
spans = st.tuples(
    st.integers(0, 5), st.integers(0, ROWS - 1), st.lists(st.tuples(texts, parameters))
)


def drawn(span):
    x, y, pieces = span
    out, room = place(x, y), COLUMNS - x
    for text, looks in pieces:
        if cell_len(text) <= room:
            room -= cell_len(text)
            out += piece(text, *looks)
    return out


@pytest.mark.extended
@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(spans, max_size=3), max_size=5), st.integers(0, 5), st.booleans())
def test_reduced_output_draws_the_same_screen(frames, forget_at, erases):
    memory = ScreenDiff(erases=erases)
    memory.resize(COLUMNS, ROWS)
    plain, short = Terminal(), Terminal()
    for number, frame in enumerate(frames):
        if number == forget_at:
            memory.forget()
        data = "".join(drawn(span) for span in frame) + "\x1b[1;1H"
        plain.feed(data)
        short.feed(memory.shorten(data))
        assert short.cells == plain.cells


def shortened(*frames):
    memory = ScreenDiff()
    memory.resize(COLUMNS, ROWS)
    return [memory.shorten(frame) for frame in frames]


def test_unchanged_characters_are_not_sent_again():
    frame = place(0, 1) + piece("abc", "1", RED) + piece("   ")
    assert shortened(frame, frame)[1] == ""


def test_only_changed_characters_are_sent():
    assert shortened(place(2, 1) + "run 7041", place(2, 1) + "run 7042")[1] == "\x1b[10G2"


def test_style_is_sent_once_and_only_as_a_difference():
    frame = place(0, 0) + piece("a", RED, BLUE) + piece("b", RED, BLUE) + piece("c", RED)
    assert shortened(frame) == [f"\x1b[1H\x1b[0m\x1b[{RED};{BLUE}mab\x1b[49mc"]


def test_spans_are_ordered_for_the_fewest_style_changes():
    first = place(0, 0) + piece("x", RED) + place(0, 2) + piece("y", BLUE)
    # What is red already comes first, though it stands below.
    frame = place(0, 0) + piece("a", BLUE) + place(0, 2) + piece("b", RED)
    memory = ScreenDiff()
    memory.resize(COLUMNS, ROWS)
    memory.shorten(first + place(0, 4) + piece("z", RED))
    sent = memory.shorten(frame)
    assert sent.index("b") < sent.index("a")


def test_span_written_twice_ends_with_the_last_content():
    memory = ScreenDiff()
    memory.resize(COLUMNS, ROWS)
    memory.shorten(place(0, 0) + piece("z", BLUE))
    sent = memory.shorten(place(0, 1) + piece("a", RED) + place(0, 1) + piece("b", BLUE))
    assert sent.index("a") < sent.index("b")


def test_foreground_colour_of_blanks_is_ignored():
    frame = place(0, 0) + piece("a", RED) + piece(" ", "1", "92") + piece("a", RED)
    assert shortened(frame) == [f"\x1b[1H\x1b[0m\x1b[{RED}ma a"]


def test_many_blanks_are_erased_by_one_sequence():
    memory = ScreenDiff(erases=True)
    memory.resize(COLUMNS, ROWS)
    memory.shorten(place(0, 0) + "x" * 30)
    assert memory.shorten(place(0, 0) + "ab" + " " * 20 + "c") == "\x1b[1Gab\x1b[19X\x1b[19C c"


def test_unknown_sequence_is_passed_on_and_the_screen_sent_again():
    frame = place(0, 0) + piece("ab", RED)
    picture = "\x1bP0;1;0q#0;2;0;0;0~-\x1b\\"
    _, passed, again = shortened(frame, place(3, 2) + picture, frame)
    assert passed.endswith(f"\x1b[3;4H{picture}")
    assert "ab" in again


def test_modes_and_titles_are_passed_on_without_a_full_redraw():
    frame = place(0, 0) + "ab"
    told = "\x1b[?25l\x1b]52;c;eHg=\x07\x1b[?1003h\x1b[?2026h"
    assert shortened(frame, told, frame)[1:] == [told, ""]
    assert "ab" in shortened(frame, "\x1b[?1049h", frame)[2]


def test_text_beyond_the_screen_edge_is_passed_on():
    assert place(38, 0) + "too long" in shortened(place(38, 0) + "too long")[0]


def test_cursor_position_is_sent():
    assert shortened(place(0, 0) + "ab" + place(5, 3)) == ["\x1b[1H\x1b[0mab\x1b[4;6H"]


# As terminals have them: after the standard of one year or another, by letter or by cluster.
WIDTHS = {
    "as the app": cell_len,
    "emoji are narrow": lambda letter: min(1 if letter > "\U0001f000" else 2, cell_len(letter)),
    "all but ASCII is wide": lambda letter: 1 if letter.isascii() or letter in "│⚠❤" else 2,
    "marks are letters": lambda letter: max(1, cell_len(letter)),
}
ODD = "⚠\ufe0f beam ❤\ufe0f 1\ufe0f\u20e3 ok 🇩🇪 a 👍🏽 b नी c 👩\u200d🔬 d 木 e 🙂"


@pytest.mark.parametrize("widths", WIDTHS)
def test_columns_stay_aligned_where_terminal_and_app_disagree_on_widths(widths):
    terminal, memory = Terminal(), ScreenDiff(erases=True)
    terminal.width = WIDTHS[widths]
    memory.resize(100, 2)
    text = ODD + " " * (60 - cell_len(ODD)) + "│ 34.5 │"
    frames = [place(0, 0) + "7" * 100, place(0, 0) + text, place(0, 0) + piece(ODD, RED)]
    for frame in frames:
        terminal.feed(memory.shorten(frame))
    for start, end, _ in split_graphemes(text)[0]:
        letter, x = text[start:end], cell_len(text[:start])
        if letter.isascii():
            assert terminal.cells[x, 0][0] == letter
    assert "7" not in terminal.text(0, 0, 60)


def test_characters_of_ambiguous_width_are_not_sent():
    sent = "".join(shortened(place(0, 0) + "⚠\ufe0f 🇩🇪 👍🏽"))
    assert not set(sent) & set("\ufe0f🇩🇪🏽")
    assert {"⚠", "D", "E", "👍"} <= set(sent)


@given(parameters, parameters)
def test_style_change_sequence_leads_to_the_new_style(before, after):
    old, new = (applied(PLAIN, ";".join(looks)) for looks in (before, after))
    sent = change(old, new)
    assert (applied(old, sent[2:-1]) if sent else old) == new


def test_unknown_styles_are_not_guessed():
    assert applied(PLAIN, "38;7;1") is None
    assert applied(PLAIN, "38;2;1") is None
    assert applied(PLAIN, "4:3") is None
    assert applied(PLAIN, "21") is None
    assert applied(Style(frozenset({"bold"})), "") == PLAIN
