"""The `:` command line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from damnit_daemon.errors import DamnitError
from damnit_daemon.query import FilterError

from ..keymap.commands import complete_name, parse_command
from ..table.widget import RunTable
from ..widgets.history import remember
from ..widgets.prompt import Prompt, offered
from ..widgets.prompt_bar import PromptBar
from ..widgets.prompt_line import PromptLine
from .command_registry import CommandRegistry

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

COMMAND_PROMPT = "command-prompt"


class CommandLine:
    """Parses and runs what is typed after `:`.

    Args:
        commands: The known commands.
        prompt_bar: Where to type them.
        table: The run table, for a run number.
    """

    def __init__(self, commands: CommandRegistry, prompt_bar: PromptBar, table: RunTable) -> None:
        self.history: tuple[str, ...] = ()
        """Oldest first."""
        self._commands = commands
        self._prompt_bar = prompt_bar
        self._table = table

    async def open(self, text: str = "") -> None:
        """Prompt for a command or a run number.

        Args:
            text: Initial text.
        """
        prompt = Prompt(
            ":",
            text,
            history=self.history,
            complete=self.complete,
            idle="a run number or a command; Tab lists commands",
            id=COMMAND_PROMPT,
        )
        await self._prompt_bar.open(prompt)

    def submit(self, event: PromptLine.Submitted) -> None:
        """Run the typed command; one that cannot be parsed stays open for correction."""
        text, prompt = event.text, event.prompt
        assert isinstance(prompt, Prompt)
        if text.strip(" :"):
            try:
                self.run(text)
            except FilterError as error:
                prompt.show_mistake(str(error), error.start, error.end)
                return
            except DamnitError as error:
                prompt.show_mistake(str(error), 0, len(text))
                return
            self.history = remember(self.history, text)
        self._prompt_bar.close()

    def run(self, text: str) -> None:
        """Run a command line.

        Raises:
            FilterError: If it cannot be parsed; gives the position.
        """
        typed = parse_command(text)
        if typed.command is None:
            self._table.jump(int(typed.argument))
            return
        try:
            self._commands.lines[typed.command.name].run(typed.argument)
        except FilterError as error:
            start = typed.start
            raise FilterError(
                error.message, start + error.start, start + error.end, hint=error.hint
            ) from error

    def complete(self, text: str, cursor: int) -> Completion | None:
        """Complete the command or its argument."""
        if (named := complete_name(text, cursor)) is not None:
            return named
        try:
            typed = parse_command(text)
        except FilterError:
            return None
        if typed.command is None or cursor < typed.start:
            return None
        complete = self._commands.lines[typed.command.name].complete
        found = complete(text[typed.start :], cursor - typed.start) if complete else None
        if found is None:
            return None
        start, end = found.start + typed.start, found.end + typed.start
        return offered(replace(found, start=start, end=end))
