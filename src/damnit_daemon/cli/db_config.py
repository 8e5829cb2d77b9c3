"""`damnit-daemon db-config`: list, show and change the settings of a folder."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated

import typer

from . import completion
from .folder import FolderOption, chosen_folder, writable_folder

if TYPE_CHECKING:
    from ..paths import DamnitFolder


def db_config(
    context: typer.Context,
    key: Annotated[
        str | None,
        typer.Argument(autocompletion=completion.settings, help="Setting; default: list all."),
    ] = None,
    value: Annotated[
        str | None,
        typer.Argument(
            autocompletion=completion.setting_values, help="New value; default: show it."
        ),
    ] = None,
    delete: Annotated[bool, typer.Option("-d", "--delete", help="Remove the setting.")] = False,
    num: Annotated[bool, typer.Option("--num", help="Store the value as a number.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also accept unknown settings and invalid values.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    folder: FolderOption = None,
) -> None:
    """List, show, set or delete settings."""
    from ..errors import DamnitError
    from ..services.context import CONTEXT_PYTHON
    from ..settings import KNOWN, InvalidSetting, normalise_key, parse_setting, unknown_setting
    from ..store import Database, delete_setting, load_settings, save_setting

    if key is None:
        if delete:
            raise typer.BadParameter("--delete needs the name of a setting.")
        _list(context, folder, as_json=as_json)
        return
    key = normalise_key(key)
    is_change = delete or value is not None
    if is_change and as_json:
        raise typer.BadParameter("--json only shows settings.")
    damnit = (writable_folder if is_change else chosen_folder)(context, folder)
    database = Database(damnit.database)
    if delete:
        if value is not None:
            raise typer.BadParameter("--delete takes no value.")
        if key in KNOWN and not KNOWN[key].editable:
            raise InvalidSetting(f"{key} is managed by the program and cannot be deleted.")
        with database.writing() as con:
            if not delete_setting(con, key):
                raise DamnitError(f"The setting {key!r} is not set.")
        _say_if_restart_is_needed(damnit, key)
    elif value is not None:
        stored = parse_setting(key, value, as_number=num, force=force)
        if key == CONTEXT_PYTHON and not force:
            _check_python(str(stored))
        with database.writing() as con:
            save_setting(con, key, stored)
        _say_if_restart_is_needed(damnit, key)
    else:
        with database.reading() as con:
            settings = load_settings(con)
        if key not in settings:
            raise DamnitError(f"{key} is not set.") if key in KNOWN else unknown_setting(key)
        typer.echo(_json(settings[key]) if as_json else _shown(settings[key]))


def _list(context: typer.Context, folder: str | None, *, as_json: bool) -> None:
    from ..store import Database, load_settings

    with Database(chosen_folder(context, folder).database).reading() as con:
        settings = load_settings(con)
    if as_json:
        typer.echo(_json(settings))
        return
    for key, value in settings.items():
        typer.echo(_shown(f"{key}={value!r}"))


def _say_if_restart_is_needed(folder: DamnitFolder, key: str) -> None:
    from ..ledger import Ledger, running_daemon
    from ..settings import KNOWN
    from ..store import StoreError

    if key not in KNOWN or not KNOWN[key].needs_restart:
        return
    try:
        lease = running_daemon(Ledger(folder.ledger))
    except StoreError:  # the setting is stored
        return
    if lease is not None:
        typer.echo("damnit: the running daemon uses it after: damnit-daemon restart", err=True)


def _json(value: object) -> str:
    """Return JSON; what other programs stored and JSON has not, blobs and infinity, as text."""
    if isinstance(value, dict):
        value = {key: _finite(each) for key, each in value.items()}
    return json.dumps(_finite(value), indent=1, default=repr, allow_nan=False)


def _finite(value: object) -> object:
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def _shown(value: object) -> str:
    from ..model.sanitize import show_controls

    return show_controls(str(value))


def _check_python(path: str) -> None:
    """Probe it at once: otherwise its problems would show only at the next run, at night."""
    from pathlib import Path

    from ..launch.check_python import probe_python
    from ..services.context import is_program
    from ..settings import InvalidSetting

    python = Path(path)
    if not is_program(python):
        raise InvalidSetting(
            f"{path} is not a program on this machine.", hint="Use --force to set it anyway."
        )
    typer.echo(_shown(f"{path}: {probe_python(python)}"))
