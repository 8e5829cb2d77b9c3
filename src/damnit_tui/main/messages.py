"""Messages from workers to the main screen."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from ..data.feed import FeedItem
from ..table.query import TableQuery


@dataclass
class FeedItemRead(Message):
    """An event of the database or the daemon, or an error reading them."""

    item: FeedItem


@dataclass
class QueryChanged(Message):
    """The filter or the order of the runs has changed."""

    query: TableQuery
