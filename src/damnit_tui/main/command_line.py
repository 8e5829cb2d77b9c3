"""What the main screen does with the `:` line."""

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
    """A part of the main screen: the command line, and commands that belong to no other part."""

    command_history: tuple[str, ...] = ()
    """The oldest first."""
    chosen_theme = ""
    """What somebody has asked for; empty for the usual one."""

    async def action_command(self, text: str = "") -> None:
        """Ask for a command, or the number of a run.

        Args:
            text: What stands there to begin with.
        """
        if not self.query(Prompt):
            await self.open_prompt(
                Prompt(
                    ":",
                    text,
                    history=self.command_history,
                    complete=self.complete_command,
                    idle="a run number, or a command: Tab shows them",
                    id=COMMAND_PROMPT,
                )
            )

    @on(Prompt.Closed, f"#{COMMAND_PROMPT}")
    def close_command(self, event: Prompt.Closed) -> None:
        """Do what was typed; what cannot be understood may be mended."""
        text = event.text
        if event.is_kept and text.strip(" :"):
            try:
                self.run_command(text)
            except FilterError as error:
                event.prompt.show_mistake(str(error), error.start, error.end)
                return
            except DamnitError as error:
                event.prompt.show_mistake(str(error), 0, len(text))
                return
            self.command_history = remember(self.command_history, text)
        self.close_prompt(event.prompt)

    def action_palette(self) -> None:
        """Find a key or a command by what it does."""
        from .palette import palette

        self.app.push_screen(palette())

    async def type_command(self, command: Command) -> None:
        """Do a command, or, if it takes anything, begin to type it."""
        if command.arguments:
            await self.action_command(f"{command.name} ")
        else:
            self.run_command(command.name)

    def run_command(self, text: str) -> None:
        """Do what a command says.

        Raises:
            FilterError: If it cannot be understood; says where.
        """
        typed = parse_command(text)
        if typed.command is None:
            self.table.jump(int(typed.argument))
            return
        try:
            getattr(self, typed.command.method)(typed.argument)
        except FilterError as error:
            start = typed.start
            raise FilterError(
                error.message, start + error.start, start + error.end, hint=error.hint
            ) from error

    def complete_command(self, text: str, cursor: int) -> Completion | None:
        """What could follow."""
        if (named := complete_name(text, cursor)) is not None:
            return named
        try:
            typed = parse_command(text)
        except FilterError:
            return None
        if typed.command is None or not typed.command.complete or cursor < typed.start:
            return None
        complete = getattr(self, typed.command.complete)
        found: Completion = complete(text[typed.start :], cursor - typed.start)
        start, end = found.start + typed.start, found.end + typed.start
        return offered(replace(found, start=start, end=end))

    # Commands

    def set_theme(self, name: str) -> None:
        """Take other colours."""
        if name not in self.app.available_themes:
            raise FilterError(
                f"There is no theme {name!r}." if name else "Which theme?",
                0,
                len(name),
                hint=f"There are {', '.join(sorted(self.app.available_themes))}.",
            )
        self.app.theme = self.chosen_theme = name

    def complete_theme(self, text: str, cursor: int) -> Completion:
        """The themes there are."""
        return complete_words(text, cursor, tuple(sorted(self.app.available_themes)))

    def show_help(self, _argument: str) -> None:
        """Show all keys and commands."""
        self.call_after_refresh(self.app.run_action, "help")

    def quit_app(self, _argument: str) -> None:
        """Leave."""
        self.app.exit()
