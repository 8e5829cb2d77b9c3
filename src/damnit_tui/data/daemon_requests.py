"""Messages to the app, which sends requests to the daemon, and back to the screen on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from damnit_daemon.ledger import TypedRequest

    from .daemon_client import RequestResult


@dataclass
class SendRequest(Message):
    """Ask the app to send a request to the daemon, and to report the result."""

    request: TypedRequest


@dataclass
class RequestAnswered(Message, bubble=False):
    """A request of this session was answered."""

    result: RequestResult
