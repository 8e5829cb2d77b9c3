"""Requests of the screens over the table, which reach it through the app."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from damnit_daemon.model import Column, RunKey
from damnit_daemon.store import RaisedAlert

from .cells import CellAddress


@dataclass
class CopyRequested(Message):
    """Copy a text to the clipboard."""

    text: str
    what: str = ""
    """Description of the text."""


@dataclass
class RunVisited(Message):
    """Move the table's cursor to the run that the screen went to."""

    key: RunKey
    name: str = ""
    """The column; empty for the present one."""


@dataclass
class ViewRequested(Message):
    """View the data of a cell."""

    address: CellAddress


@dataclass
class DiagnosisRequested(Message):
    """Explain why a cell is empty."""

    address: CellAddress


@dataclass
class HistoryRequested(Message):
    """List the values that a cell has had."""

    address: CellAddress


@dataclass
class PlotRequested(Message):
    """Plot a variable over runs."""

    name: str


@dataclass
class FilterRequested(Message):
    """Replace the filter of a column."""

    column: Column
    text: str


@dataclass
class AcknowledgementRequested(Message):
    """Acknowledge alerts, or withdraw that."""

    alerts: tuple[RaisedAlert, ...]
    withdraw: bool = False


@dataclass
class CommandRequested(Message):
    """Close all screens over the table, and run a command on a cell."""

    address: CellAddress
    command: str
    line: int = 0
    """A line of the context file."""
