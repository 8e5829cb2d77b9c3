"""Keys as terminals send them: torn by slow lines, from foreign keyboards, or malformed."""

import pytest
from textual import events
from textual.keys import format_key

from damnit_tui.terminal.key_reader import REST_S, KeyReader


class Line:
    """A line whose delays a test decides."""

    def __init__(self, **options):
        self.now = 0.0
        self.reader = KeyReader(lambda: self.now, **options)
        self.events = []

    def send(self, *parts):
        """Send text, and pauses in seconds between."""
        for part in parts:
            if isinstance(part, str):
                self.events += self.reader.feed(part)
            for _ in range(round(part * 50) if isinstance(part, float) else 1):
                self.now += 0.02
                self.events += self.reader.tick()
        return [event.key for event in self.events if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("sent", "key"),
    [("\x1b[A", "up"), ("\x1bOB", "down"), ("\x1b[1;5C", "ctrl+right"), ("\x1b[3~", "delete")],
)  # fmt: skip
@pytest.mark.parametrize("pause", [0.02, 0.5])
def test_torn_key_sequence_is_read_as_one_key(sent, key, pause):
    for at in range(2, len(sent)):
        assert Line().send(sent[:at], pause, sent[at:], 0.5) == [key]


def test_late_rest_of_a_torn_escape_sequence_triggers_no_action():
    """`A` would add a variable, and `[` go to another group."""
    assert Line().send("\x1b", 0.5, "[A", 0.5) == ["escape", "up"]
    assert Line(is_slow=True).send("\x1b", 0.3, "[A", 0.5) == ["up"]


def test_escape_followed_by_letters_is_read_as_separate_keys():
    assert Line().send("\x1b", 0.3, "[", 0.2, "A", 0.5) == [
        "escape", "left_square_bracket", "A",
    ]  # fmt: skip
    assert Line().send("\x1b", REST_S + 0.5, "[A", 0.2) == ["escape", "left_square_bracket", "A"]
    assert Line().send("\x1b\x1b[A", 0.5) == ["escape", "up"]


def test_paste_with_a_torn_end_is_read_as_a_paste():
    line = Line()
    assert line.send("\x1b[200~qK", 0.3, "r\x1b", 0.5, "[20", 0.2, "1~", "j", 0.3) == ["j"]
    assert [e.text for e in line.events if isinstance(e, events.Paste)] == ["qKr"]


@pytest.mark.parametrize("character", "[]{}\\|~@€")
@pytest.mark.parametrize("modifiers", ["", "1", "7", "3", "135"])
def test_alt_gr_is_read_as_its_character(character, modifiers):
    """German: AltGr+8 is `[`; kitty tells 8 and the text, some terminals Ctrl and Alt besides."""
    (key,) = Line().send(f"\x1b[56;{modifiers};{ord(character)}u", 0.5)
    assert key == Line().send(character)[0]
    assert "+" not in key or format_key(key) == "+"


@pytest.mark.parametrize("sent", ["\x1b[97;1:3u", "\x1b[99999999999u", "\x1b[97;1:1;97u"])
def test_malformed_sequence_does_not_stop_the_key_reader(sent):
    line = Line()
    line.send(sent, 0.5)
    line.events.clear()
    assert line.send("j", 0.5) == ["j"]
