"""The command palette: keys and commands of the table, found by what they do.

Textual's own palette, fed from the key table and the table of commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from .. import commands, keymap

if TYPE_CHECKING:
    from .commanding import Commanding

LEFT_OUT = frozenset({"runs.palette", "app.redraw"})
MOVES = "Move"
"""The section of keys that nobody looks for here."""


class Offer(NamedTuple):
    """A line of the palette."""

    text: str
    """What it does."""
    written: str
    """The key or command that does the same."""
    do: Callable[[], object]


class Offers(Provider):
    """All that can be done with the table."""

    async def discover(self) -> Hits:
        """What is offered before anything is typed."""
        for offer in self._offers():
            yield DiscoveryHit(offer.text, offer.do, help=offer.written)

    async def search(self, query: str) -> Hits:
        """What fits; also by the key itself."""
        matcher = self.matcher(query)
        for offer in self._offers():
            score = max(matcher.match(offer.text), matcher.match(offer.written))
            if score > 0:
                yield Hit(score, matcher.highlight(offer.text), offer.do, help=offer.written)

    def _offers(self) -> Iterator[Offer]:
        main = cast("Commanding", self.screen)
        targets = {"table": main.table, "main": main, "app": main.app}
        for key in keymap.KEYS:
            target = targets.get(key.owner)
            if target is None or key.id in LEFT_OUT or key.section == MOVES or not key.keys:
                continue
            do = partial(main.app.run_action, key.action, target)
            yield Offer(_begun(key.text), key.shown or key.keys, do)
        for command in commands.COMMANDS:
            written = f":{command.name} {command.arguments}".rstrip()
            yield Offer(_begun(command.text), written, partial(main.type_command, command))


def palette() -> CommandPalette:
    """A palette for the main screen."""
    return CommandPalette(providers=[Offers], placeholder="what do you want to do?")


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:].replace("`", "")
