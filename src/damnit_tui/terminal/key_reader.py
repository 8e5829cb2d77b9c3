"""Parse keys from terminal input, even if a slow line splits their sequences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from textual import events
from textual.message import Message

from ..textual_internals import ParseError, XTermParser, character_to_key

ESCAPE_S = 0.1
"""How long to wait after an Escape for the rest of a longer sequence."""
LITE_ESCAPE_S = 0.4
"""The same on a slow line."""
REST_S = 1.0
"""How long to wait for the rest of an incomplete sequence that is not a key by itself."""
_BEGUN = re.compile(r"\x1b(?:\[[0-9;:<?]*|O)?\Z")
_REST = re.compile(r"\[[0-9;:<]*[A-Za-z~]|O[A-DFHP-S]")
_PASTE = re.compile(r"\x1b\[20([01])~")


class KeyReader:
    """Parse keys, mouse events and replies.

    Textual's parser takes `ESC [ A` for three keys when it arrives in two parts 0.1 s apart; two of
    them are commands here.

    Args:
        clock: Returns the current time, in seconds.
        is_slow: True if the line is known to be slow.
        debug: As for Textual's parser.
    """

    def __init__(
        self, clock: Callable[[], float], *, is_slow: bool = False, debug: bool = False
    ) -> None:
        self._clock = clock
        self._escape_s = LITE_ESCAPE_S if is_slow else ESCAPE_S
        self._debug = debug
        self._parser = XTermParser(debug)
        self._held = ""
        self._held_at = 0.0
        self._escaped_at: float | None = None
        """When a lone Escape was reported."""
        self._is_pasting = False

    @property
    def waits(self) -> bool:
        """True while an incomplete key is held back."""
        return bool(self._held)

    def feed(self, text: str) -> Iterator[Message]:
        """Yield the complete events of some input."""
        if not text:
            return
        now = self._clock()
        if not self._held and self._escaped_at is not None:
            if now - self._escaped_at < REST_S and _REST.match(text):
                text = f"\x1b{text}"  # late, but no one types so many letters at once
            self._escaped_at = None
        text, self._held = self._held + text, ""
        for marker in _PASTE.finditer(text):
            self._is_pasting = marker[1] == "0"
        if begun := _BEGUN.search(text):
            text, self._held, self._held_at = text[: begun.start()], begun[0], now
        yield from self._parsed(text)

    def tick(self) -> Iterator[Message]:
        """Yield held-back input as events, once it has waited long enough."""
        now = self._clock()
        is_escape = self._held == "\x1b" and not self._is_pasting
        if self._held and now - self._held_at >= (self._escape_s if is_escape else REST_S):
            text, self._held = self._held, ""
            if is_escape:
                self._escaped_at = now
                yield events.Key("escape", text)
            else:
                yield from self._parsed(text)
        yield from self._guarded(self._parser.tick())

    def end(self) -> None:
        """Close the parser."""
        with suppress(EOFError, ParseError):
            for _ in self._parser.feed(""):
                pass

    def _parsed(self, text: str) -> Iterator[Message]:
        # An empty text would signal the end of input to the parser.
        return self._guarded(self._parser.feed(text)) if text else iter(())

    def _guarded(self, found: Iterable[Message]) -> Iterator[Message]:
        """Yield the parsed events; a sequence that breaks the parser loses its chunk."""
        try:
            for event in found:
                yield with_alt_gr(event) if isinstance(event, events.Key) else event
        except (ValueError, OverflowError):
            self._parser = XTermParser(self._debug)


def with_alt_gr(event: events.Key) -> events.Key:
    """Convert an AltGr character, which some terminals report as Ctrl and Alt, to itself."""
    character = event.character or ""
    if not event.key.startswith(("alt+", "ctrl+")) or len(character) != 1:
        return event
    if not character.isprintable() or character.isspace():
        return event
    return events.Key(character_to_key(character), character)
