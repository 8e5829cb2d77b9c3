"""The command palette: find keys and commands of the table by what they do.

Textual's own palette, fed from the key table and the table of commands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol, cast

from rich.text import Text
from textual.app import App
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from .. import keymap
from ..keymap import commands
from ..keymap.commands import Command
from ..table.widget import RunTable
from ..themes import text_style
from .runs_pane import RunsPane

LEFT_OUT = frozenset({"runs.palette", "app.redraw"})
MOVES = "Move"
"""The section of keys that the palette leaves out."""


KEY_CELLS = 8
"""Width of the key column; longer commands overflow it."""


class PaletteTarget(Protocol):
    """The screen whose keys and commands are offered."""

    @property
    def app(self) -> App[object]:
        """The app of the screen."""
        ...

    @property
    def table(self) -> RunTable:
        """The run table."""
        ...

    @property
    def runs(self) -> RunsPane:
        """The pane with the table."""
        ...

    def type_command(self, command: Command) -> Awaitable[None]:
        """Run a command, or open the prompt with it if it takes arguments."""
        ...


class PaletteItem(NamedTuple):
    """A line of the palette."""

    line: str
    """The key or command, and its description."""
    do: Callable[[], object]

    def shown(self, found: Sequence[int] = ()) -> Text:
        """Return the line with some characters highlighted; never markup: `[` is a key."""
        text = Text(self.line)
        for place in found:
            text.stylize(text_style("typed"), place, place + 1)
        return text


class PaletteProvider(Provider):
    """All actions of the table."""

    async def discover(self) -> Hits:
        """Yield the items offered before anything is typed."""
        for offer in self._offers():
            yield DiscoveryHit(offer.shown(), offer.do, offer.line)

    async def search(self, query: str) -> Hits:
        """Yield the matches, also by the key itself."""
        search = self.matcher(query).fuzzy_search
        for offer in self._offers():
            score, found = search.match(query, offer.line)
            if score > 0:
                yield Hit(score, offer.shown(found), offer.do, offer.line)

    def _offers(self) -> Iterator[PaletteItem]:
        main = cast("PaletteTarget", self.screen)
        targets = {"table": main.table, "runs": main.runs, "main": self.screen, "app": main.app}
        for key in keymap.KEYS:
            target = targets.get(key.owner)
            if target is None or key.id in LEFT_OUT or key.section == MOVES or not key.keys:
                continue
            do = partial(main.app.run_action, key.action, target)
            yield PaletteItem(_line(key.own_label, key.text), do)
        for command in commands.COMMANDS:
            written = f":{command.name} {command.arguments}".rstrip()
            yield PaletteItem(_line(written, command.text), partial(main.type_command, command))


def palette() -> CommandPalette:
    """Create the palette of the main screen."""
    return CommandPalette(providers=[PaletteProvider], placeholder="search keys and commands")


def _line(written: str, text: str) -> str:
    return f"{written:{KEY_CELLS}}  {text.replace('`', '')}"
