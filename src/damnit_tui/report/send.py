"""Send a report with its pictures; a failed picture never prevents the report."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from damnit_daemon.errors import DamnitError
from damnit_daemon.logbook import MOST_BYTES, Logbook, LogbookSilent, NoUploads

from ..sanitize import visible
from ..state.saved_pictures import SavedPicture
from .build import GONE, place_of

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Sent:
    """The result of sending a report."""

    messages: int = 0
    problems: list[str] = field(default_factory=list)
    """Problems of pictures that were not sent."""


def send_report(logbook: Logbook, topic: str, text: str, pictures: Sequence[SavedPicture]) -> Sent:
    """Send the report.

    Args:
        logbook: The logbook.
        topic: Topic in its stream.
        text: Markdown. Files of its pictures become links, or a sentence with the reason; a
            picture that the text does not name is not sent.
        pictures: The pictures it may name.

    Raises:
        DamnitError: If the text was not sent.
    """
    sent, apart, reason = Sent(), [], ""
    for picture in pictures:
        place = place_of(picture)
        if place not in text or f"{place}{GONE}" in text:
            continue
        try:
            if reason:
                raise DamnitError(reason)
            content = read_picture(picture.path)
            link = logbook.upload(picture.path.name, content)
        except NoUploads:
            apart.append((picture, content))
            text = text.replace(place, "in a separate message")
        except DamnitError as error:
            if isinstance(error, LogbookSilent):
                reason = error.message  # do not wait as long for each of the others
            why = " ".join(visible(error.message).split()).rstrip(".")
            sent.problems.append(f"{visible(picture.path.name)}: {why}.")
            text = text.replace(place, f"{place} was not uploaded: {why}")
        else:
            text = text.replace(place, f"[{_label(picture)}]({link})")
    sent.messages = logbook.send(topic, text)
    for picture, content in apart:
        try:
            sent.messages += logbook.send(topic, _label(picture), content)
        except DamnitError as error:
            sent.problems.append(f"{visible(picture.path.name)}: {visible(error.message)}")
    return sent


def read_picture(path: Path) -> bytes:
    """Read a PNG file.

    Raises:
        DamnitError: If it cannot be read, is not a PNG, or is too large to send.
    """
    try:
        # A pipe that has replaced the file would block forever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise DamnitError("not a regular file")
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise DamnitError("file no longer exists") from None
    except OSError as error:
        raise DamnitError(f"cannot be read ({error.strerror})") from error
    if not content.startswith(PNG):
        raise DamnitError("not a PNG file")
    return content


def _label(picture: SavedPicture) -> str:
    """Its name, escaped for a link."""
    name = visible(picture.path.name)
    return "".join(f"\\{char}" if char in "[]\\`" else char for char in name)
