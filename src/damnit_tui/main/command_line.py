"""The `:` command line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on

from damnit_daemon.errors import DamnitError
from damnit_daemon.query import FilterError

from ..keymap.commands import Command, complete_name, complete_words, parse_command
from ..widgets.history import remember
from ..widgets.prompt import Prompt, offered
from .filter_sort import Arranging

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

COMMAND_PROMPT = "command-prompt"


class Commanding(Arranging):
    """Part of the main screen: the command line, and commands that belong to no other part."""

    command_history: tuple[str, ...] = ()
    """Oldest first."""
    chosen_theme = ""
    """The theme the user chose; empty for the default."""

    async def open_command_line(self, text: str = "") -> None:
        """Prompt for a command or a run number.

        Args:
            text: Initial text.
        """
        prompt = Prompt(
            ":",
            text,
            history=self.command_history,
            complete=self.complete_command,
            idle="a run number, or a command: Tab shows them",
            id=COMMAND_PROMPT,
        )
        await self.prompt_bar.open(prompt)

    @on(Prompt.Submitted, f"#{COMMAND_PROMPT}")
    def submit_command(self, event: Prompt.Submitted) -> None:
        """Run the typed command; one that cannot be parsed stays open for correction."""
        text, prompt = event.text, event.prompt
        assert isinstance(prompt, Prompt)
        if text.strip(" :"):
            try:
                self.run_command(text)
            except FilterError as error:
                prompt.show_mistake(str(error), error.start, error.end)
                return
            except DamnitError as error:
                prompt.show_mistake(str(error), 0, len(text))
                return
            self.command_history = remember(self.command_history, text)
        self.prompt_bar.close()

    @on(Prompt.Cancelled, f"#{COMMAND_PROMPT}")
    def cancel_command(self) -> None:
        """Close the prompt."""
        self.prompt_bar.close()

    def action_palette(self) -> None:
        """Find a key or command by what it does."""
        from .palette import palette

        self.app.push_screen(palette())

    async def type_command(self, command: Command) -> None:
        """Run a command; if it takes an argument, open the prompt with it instead."""
        if command.arguments:
            await self.open_command_line(f"{command.name} ")
        else:
            self.run_command(command.name)

    def run_command(self, text: str) -> None:
        """Run a command line.

        Raises:
            FilterError: If it cannot be parsed; gives the position.
        """
        typed = parse_command(text)
        if typed.command is None:
            self.table.jump(int(typed.argument))
            return
        try:
            self.commands.lines[typed.command.name].run(typed.argument)
        except FilterError as error:
            start = typed.start
            raise FilterError(
                error.message, start + error.start, start + error.end, hint=error.hint
            ) from error

    def complete_command(self, text: str, cursor: int) -> Completion | None:
        """Complete the command or its argument."""
        if (named := complete_name(text, cursor)) is not None:
            return named
        try:
            typed = parse_command(text)
        except FilterError:
            return None
        if typed.command is None or cursor < typed.start:
            return None
        complete = self.commands.lines[typed.command.name].complete
        found = complete(text[typed.start :], cursor - typed.start) if complete else None
        if found is None:
            return None
        start, end = found.start + typed.start, found.end + typed.start
        return offered(replace(found, start=start, end=end))

    # Commands

    def set_theme(self, name: str) -> None:
        """Switch the theme."""
        if name not in self.app.available_themes:
            raise FilterError(
                f"There is no theme {name!r}." if name else "Which theme?",
                0,
                len(name),
                hint=f"There are {', '.join(sorted(self.app.available_themes))}.",
            )
        self.app.theme = self.chosen_theme = name

    def complete_theme(self, text: str, cursor: int) -> Completion:
        """Complete theme names."""
        return complete_words(text, cursor, tuple(sorted(self.app.available_themes)))
