"""The electronic logbook: messages to a Zulip stream, through the server that `zulip.cfg` names.

The file and the two requests are DAMNIT's (`GET /me`, `POST /send_message`), so that a
folder set up for it works here. Files go to Zulip's own `POST /api/v1/user_uploads`
(https://zulip.com/api/upload-file); a server without it takes a picture with a message.
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
"""Of one message; Zulip's limit, and DAMNIT's."""
MOST_BYTES = 25 * 1024 * 1024
"""Of an uploaded file; Zulip's usual limit, which a server may set lower."""
LOOK_TIMEOUT_S = 5.0
UPLOAD_TIMEOUT_S = 60.0
SEND_TIMEOUT_S = 20.0


class LogbookSilent(DamnitError):  # noqa: N818 – house style
    """The server does not answer, and will not answer soon."""


class NoUploads(DamnitError):  # noqa: N818 – house style
    """The server takes files only with messages."""


@dataclass(frozen=True)
class Logbook:
    """Where messages go.

    Attributes:
        url: Of the server.
        topics: Those to choose from; the first is the usual one.
    """

    url: str
    key: str
    topics: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without the key."""
        return f"Logbook({self.url!r}, topics={self.topics!r})"

    def stream(self) -> str:
        """The stream that messages go to.

        Raises:
            DamnitError: If the server does not answer, or does not know us.
        """
        answer = self._ask("GET", "me", LOOK_TIMEOUT_S)
        try:
            return show_controls(str(answer.json()["stream"]))
        except (ValueError, KeyError, TypeError):
            raise DamnitError(f"The logbook at {self.url} gives an answer without sense.") from None

    def send(self, topic: str, text: str, image_png: bytes | None = None) -> int:
        """Send a text, in several messages if it is long; give their number.

        Args:
            topic: Of the stream.
            text: Markdown.
            image_png: A picture to go with the first one.

        Raises:
            DamnitError: If it was not sent; says how much of it was.
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
        """Hand over a PNG; where it is then, as it stands in Markdown.

        Only we can see it until a message has the link.

        Args:
            name: Of the file.
            content: What is in it.

        Raises:
            NoUploads: If the server knows nothing of uploads.
            DamnitError: If it was not taken.
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
            told = answer.json()
            place = str(told.get("url") or told["uri"])  # the second until Zulip 9
        except (ValueError, KeyError, TypeError, AttributeError):
            place = ""
        if not _LINK.fullmatch(place):
            raise DamnitError(f"The logbook at {self.url} gives an answer without sense.")
        return place

    def _ask(self, method: str, what: str, timeout_s: float, **more: object) -> requests.Response:
        try:
            answer = requests.request(
                method,
                f"{self.url.rstrip('/')}/{what}",
                headers={KEY_HEADER: self.key},
                timeout=timeout_s,
                allow_redirects=False,  # the key is for this server only
                **more,  # type: ignore[arg-type]
            )
        except requests.RequestException as error:
            reason = type(error).__name__
            raise LogbookSilent(
                f"The logbook at {self.url} does not answer ({reason}).",
                hint=f"Is the address in {CONFIG_NAME} right?",
            ) from error
        if answer.status_code in (401, 403):
            raise DamnitError(
                f"The logbook at {self.url} does not know this key.",
                hint=f"Get a new one for {CONFIG_NAME}.",
            )
        if answer.status_code in (404, 405) and what.endswith("user_uploads"):
            raise NoUploads("The logbook takes pictures only with messages.")
        if not answer.ok or answer.is_redirect:
            said = show_controls(answer.text.strip()[:200])
            raise DamnitError(f"The logbook refused it: {answer.status_code} {said}".rstrip())
        return answer


def load_logbook(folder: Path) -> Logbook:
    """Read a folder's `zulip.cfg`.

    Raises:
        DamnitError: If there is none, or it lacks something.
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
            f"{CONFIG_NAME} lacks something.",
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
    """Split a text between its lines, where it can be; each part has at most `most` characters."""
    parts: list[str] = []
    for line in text.splitlines():
        pieces = [line[start : start + most] for start in range(0, len(line), most)] or [""]
        for piece in pieces:
            if parts and len(parts[-1]) + 1 + len(piece) <= most:
                parts[-1] += f"\n{piece}"
            else:
                parts.append(piece)
    return parts or [""]
