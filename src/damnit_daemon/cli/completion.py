"""Completion of settings, variables, columns, runs and labels in the shell."""

from __future__ import annotations

import typer

from ..shell_completion import (
    complete_columns,
    complete_label,
    complete_parameter,
    complete_runs,
    complete_setting,
    complete_value,
    complete_variable,
)


def settings(incomplete: str) -> list[str]:
    """Complete the name of a setting."""
    return complete_setting(incomplete)


def setting_values(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the value of the setting before it."""
    return complete_value(ctx.params.get("key") or "", incomplete)


def variables(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the name of a variable of the selected folder."""
    return complete_variable(_folder(ctx), incomplete)


def parameters(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the name of a parameter of the selected folder."""
    return complete_parameter(_folder(ctx), incomplete)


def columns(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete comma-separated columns of the selected folder."""
    return complete_columns(_folder(ctx), incomplete)


def runs(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete runs of the selected folder, the latest first."""
    return complete_runs(_folder(ctx), incomplete)


def labels(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete a label of runs."""
    return complete_label(_folder(ctx), incomplete)


def _folder(context: typer.Context) -> str | None:
    """Return the option `--in`, given after or before the command; neither has been executed."""
    before = context.parent.params if context.parent is not None else {}
    folder: str | None = context.params.get("folder") or before.get("folder")
    return folder
