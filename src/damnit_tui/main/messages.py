"""Messages from workers to the main screen."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from ..data.feed import News
from ..table.cell_render import BlobPreview
from ..table.viewport import CellAddress


@dataclass
class NewsArrived(Message):
    """An event of the database or the daemon, or an error reading them."""

    news: News


@dataclass
class PicturesDrawn(Message):
    """Blobs were fetched and drawn for their cells."""

    wanted: list[CellAddress]
    """The requested cells, including the unreadable ones."""
    pictures: list[tuple[CellAddress, float, BlobPreview]]
    failed: bool = False
    """True if the disk or database refused some of them; these are retried."""


@dataclass
class TextCopied(Message):
    """Text was copied."""

    place: str
    """Where it can be pasted from."""
    what: str = ""
    """Description of the text."""
