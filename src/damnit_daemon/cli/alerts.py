"""`damnit-daemon alerts`: list the raised alerts, and acknowledge them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from .folder import FolderOption, chosen_folder, writable_folder
from .text_table import format_table

if TYPE_CHECKING:
    from ..paths import DamnitFolder
    from ..store import RaisedAlert

ALL = "all"


def alerts(
    context: typer.Context,
    acknowledge: Annotated[
        str | None,
        typer.Option(metavar="RUNS", help="Acknowledge those of these runs: 17, 20-32 or all."),
    ] = None,
    withdraw: Annotated[
        str | None,
        typer.Option(metavar="RUNS", help="Withdraw the acknowledgement for these runs, or all."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    folder: FolderOption = None,
) -> None:
    """List the alerts that were raised, and who has acknowledged them. The app raises them."""
    if acknowledge and withdraw:
        raise typer.BadParameter("--acknowledge and --withdraw exclude each other.")
    if runs := acknowledge or withdraw:
        chosen = _parse_runs(runs)
        damnit = writable_folder(context, folder)
        _change(damnit, chosen, withdraw=bool(withdraw), quiet=as_json)
    else:
        damnit = chosen_folder(context, folder)
    found = _load(damnit)
    if as_json:
        typer.echo(json.dumps([_as_json(alert) for alert in found], indent=1))
        return
    for line in _lines(found):
        typer.echo(line)


def _parse_runs(text: str) -> set[int] | None:
    from ..run_ranges import parse_run_ranges

    if text == ALL:
        return None
    try:
        return set(parse_run_ranges(text))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None


def _load(damnit: DamnitFolder) -> list[RaisedAlert]:
    from ..store import Database, load_alerts

    with Database(damnit.database).reading() as con:
        return load_alerts(con)


def _change(damnit: DamnitFolder, runs: set[int] | None, *, withdraw: bool, quiet: bool) -> None:
    from ..edit import Editor
    from ..text import count_of

    chosen = [alert for alert in _load(damnit) if runs is None or alert.key.run in runs]
    editor = Editor(damnit)
    change = editor.unacknowledge_alerts if withdraw else editor.acknowledge_alerts
    done = change(chosen)
    editor.close()
    if not quiet:
        typer.echo(f"changed: {count_of(len(done.alerts), 'alert')}")


def _as_json(alert: RaisedAlert) -> dict[str, object]:
    return {
        **alert.key._asdict(),
        "rule": alert.rule,
        "raised_at": alert.raised_at,
        "acknowledged_at": alert.acknowledged_at,
        "acknowledged_by": alert.acknowledged_by or None,
    }


def _lines(alerts: list[RaisedAlert]) -> list[str]:
    from ..text import format_timestamp

    if not alerts:
        return ["no alerts were raised"]
    rows = [("run", "alert", "raised", "acknowledged", "by")]
    for alert in alerts:
        at = alert.acknowledged_at
        acknowledged = "no" if at is None else format_timestamp(at)
        raised = format_timestamp(alert.raised_at)
        rows.append((str(alert.key.run), alert.rule, raised, acknowledged, alert.acknowledged_by))
    return format_table(rows, right=[0])
