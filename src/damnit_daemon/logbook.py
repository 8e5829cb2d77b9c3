"""Client of the electronic logbook: a Zulip stream behind the server in `zulip.cfg`.

The file and the two requests (`GET /me`, `POST /send_message`) are DAMNIT's, so that its
folders work unchanged. Files go to Zulip's own `POST /api/v1/user_uploads`
(https://zulip.com/api/upload-file); servers without it accept an image with a message.
"""

from __future__ import annotations

import configparser
import json
import re
from dataclasses import dataclass
from pathlib import Path

import requests

from .errors import DamnitError
from .model.sanitize import show_controls

CONFIG_NAME = "zulip.cfg"
SECTION = "ZULIP"
_LINK = re.compile(r"(/user_uploads/|https?://)[^\s()<>\[\]\x00-\x1f\x7f-\x9f]{1,500}")
KEY_HEADER = "X-API-key"
MOST_CHARACTERS = 10_000
"""Limit for one message, Zulip's and DAMNIT's."""
MOST_BYTES = 25 * 1024 * 1024
"""Zulip's usual limit for an uploaded file; a server may set a lower one."""
LOOK_TIMEOUT_S = 5.0
UPLOAD_TIMEOUT_S = 60.0
SEND_TIMEOUT_S = 20.0


class LogbookSilent(DamnitError):  # noqa: N818 – house style
    """The server does not respond and is not expected to soon."""


class NoUploads(DamnitError):  # noqa: N818 – house style
    """The server accepts files only with messages."""


@dataclass(frozen=True)
class Logbook:
    """A logbook server.

    Attributes:
        url: The server's URL.
        topics: The topics to choose from, the default one first.
    """

    url: str
    key: str
    topics: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return a representation without the key."""
        return f"Logbook({self.url!r}, topics={self.topics!r})"

    def stream(self) -> str:
        """Return the stream that messages go to.

        Raises:
            DamnitError: If the server does not respond, or rejects the key.
        """
        answer = self._ask("GET", "me", LOOK_TIMEOUT_S)
        try:
            return show_controls(str(answer.json()["stream"]))
        except (ValueError, KeyError, TypeError):
            raise DamnitError(f"The logbook at {self.url} sent an invalid response.") from None

    def send(self, topic: str, text: str, image_png: bytes | None = None) -> int:
        """Send a text, split if it is long; returns the number of messages.

        Args:
            topic: A topic of the stream.
            text: Markdown text.
            image_png: An image to attach to the first message.

        Raises:
            DamnitError: If sending failed; says how much was sent.
        """
        parts = split_message(text)
        for number, part in enumerate(parts):
            files = {"image": ("plot.png", image_png, "image/png")} if image_png else None
            try:
                self._ask(
                    "POST",
                    "send_message",
                    SEND_TIMEOUT_S,
                    params={"topic": topic},
                    data={"content": part},
                    files=files if number == 0 else None,
                )
            except DamnitError as error:
                if number:
                    raise DamnitError(
                        f"{error.message} {number} of {len(parts)} messages were sent."
                    ) from error
                raise
        return len(parts)

    def upload(self, name: str, content: bytes) -> str:
        """Upload a PNG; returns its address for Markdown.

        It is visible only to the uploader until a message links to it.

        Args:
            name: The file name.
            content: The file content.

        Raises:
            NoUploads: If the server does not support uploads.
            DamnitError: If the upload was rejected.
        """
        if len(content) > MOST_BYTES:
            raise DamnitError(f"it is larger than {MOST_BYTES >> 20} MiB")
        answer = self._ask(
            "POST",
            "api/v1/user_uploads",
            UPLOAD_TIMEOUT_S,
            files={"filename": (name, content, "image/png")},
        )
        try:
            reply = answer.json()
            place = str(reply.get("url") or reply["uri"])  # uri before Zulip 9
        except (ValueError, KeyError, TypeError, AttributeError):
            place = ""
        if not _LINK.fullmatch(place):
            raise DamnitError(f"The logbook at {self.url} sent an invalid response.")
        return place

    def _ask(self, method: str, what: str, timeout_s: float, **more: object) -> requests.Response:
        try:
            answer = requests.request(
                method,
                f"{self.url.rstrip('/')}/{what}",
                headers={KEY_HEADER: self.key},
                timeout=timeout_s,
                allow_redirects=False,  # send the key to this server only
                **more,  # type: ignore[arg-type]
            )
        except requests.RequestException as error:
            reason = type(error).__name__
            raise LogbookSilent(
                f"The logbook at {self.url} does not respond ({reason}).",
                hint=f"Check the address in {CONFIG_NAME}.",
            ) from error
        if answer.status_code in (401, 403):
            raise DamnitError(
                f"The logbook at {self.url} rejects this key.",
                hint=f"Get a new one for {CONFIG_NAME}.",
            )
        if answer.status_code in (404, 405) and what.endswith("user_uploads"):
            raise NoUploads("The logbook accepts pictures only with messages.")
        if not answer.ok or answer.is_redirect:
            body = show_controls(answer.text.strip()[:200])
            raise DamnitError(f"The logbook refused it: {answer.status_code} {body}".rstrip())
        return answer


def load_logbook(folder: Path) -> Logbook:
    """Read a folder's `zulip.cfg`.

    Raises:
        DamnitError: If it is missing or incomplete.
    """
    path = folder / CONFIG_NAME
    config = configparser.ConfigParser(interpolation=None)
    try:
        with path.open(encoding="utf-8") as file:
            config.read_file(file)
    except FileNotFoundError:
        raise DamnitError(
            f"There is no {CONFIG_NAME} in this folder.",
            hint=f"It needs a section [{SECTION}] with key and url.",
        ) from None
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        first = show_controls(str(error).split("\n", 1)[0])
        raise DamnitError(f"{CONFIG_NAME} cannot be read: {first}.") from error
    section = config[SECTION] if config.has_section(SECTION) else {}
    url, key = section.get("url", "").strip(), section.get("key", "").strip()
    if not url.startswith(("http://", "https://")) or not (
        key.isascii() and key.isprintable() and key
    ):
        raise DamnitError(
            f"{CONFIG_NAME} is incomplete.",
            hint=f"It needs a section [{SECTION}] with key and url (http…).",
        )
    return Logbook(url, key, _topics(section.get("topics", "")))


def _topics(text: str) -> tuple[str, ...]:
    try:
        listed = json.loads(text) if text.strip() else []
    except ValueError:
        return ()
    return (
        tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()
    )


def split_message(text: str, most: int = MOST_CHARACTERS) -> list[str]:
    """Split a text, at line breaks if possible, into parts of at most `most` characters."""
    parts: list[str] = []
    for line in text.splitlines():
        pieces = [line[start : start + most] for start in range(0, len(line), most)] or [""]
        for piece in pieces:
            if parts and len(parts[-1]) + 1 + len(piece) <= most:
                parts[-1] += f"\n{piece}"
            else:
                parts.append(piece)
    return parts or [""]
