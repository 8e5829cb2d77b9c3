"""Messages from workers to the main screen."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from ..data.feed import News
from ..table.cell_render import BlobPreview
from ..table.viewport import CellAddress


@dataclass
class NewsArrived(Message):
    """The database or the daemon has something to tell, or cannot be read."""

    news: News


@dataclass
class PicturesDrawn(Message):
    """Blobs were fetched and drawn for their cells."""

    wanted: list[CellAddress]
    """Those that were asked for; the unreadable ones too."""
    pictures: list[tuple[CellAddress, float, BlobPreview]]
    failed: bool = False
    """The disk or the database refused some of them: they are to be tried again."""


@dataclass
class TextCopied(Message):
    """Text was copied somewhere."""

    place: str
    """Where it can be had from."""
    what: str = ""
    """What it was, in words."""
