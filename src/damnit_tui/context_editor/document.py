"""The context file as a document: read, saved atomically, kept as a draft; only for workers."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import stat
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path

from damnit_daemon.atomic_write import atomic_write
from damnit_daemon.errors import DamnitError

from ..data.context_file import read_context_file


class ChangedOnDisk(DamnitError):  # noqa: N818 – house style
    """The file was changed on disk since it was read.

    Attributes:
        text: The current text.
    """

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{path.name} has changed on disk since it was opened.")
        self.text = text


@dataclass(frozen=True)
class Opened:
    """The document as read."""

    text: str
    """The text on disk; empty if there is no file yet."""
    draft: str | None = None
    """Unsaved text of an earlier session, if it differs."""


class Document:
    """A context file and its draft.

    Args:
        path: The file.
        drafts: Directory of drafts; None for the user's state directory.
    """

    def __init__(self, path: Path, drafts: Path | None = None) -> None:
        self.path = path
        self._digest = b""
        self._line_end = "\n"
        folder = user_state_path("damnit-tui") / "drafts" if drafts is None else drafts
        name = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:24]
        self._draft = folder / f"{name}.json"
        self._writing = threading.Lock()

    def open(self) -> Opened:
        """Read the file, and the draft of an interrupted session.

        Raises:
            DamnitError: If it cannot be read.
        """
        text = self._read()
        self._digest = _digest(text)
        return Opened(text, self._load_draft(text))

    def changed_text(self) -> str | None:
        """Return the text on disk if it differs from the one read or saved last.

        An empty file is not a change: it may be in the middle of being written.

        Raises:
            DamnitError: If it cannot be read.
        """
        known = self._digest  # before the file is read: a save may come between
        text = read_context_file(self.path).text
        return text if known and text and _digest(text) != known else None

    def is_known(self, text: str) -> bool:
        """Return True if this is the text that was read or saved last."""
        return _digest(text) == self._digest

    def accept(self, text: str) -> None:
        """Treat a text as the one read last."""
        self._digest = _digest(text)

    def save(self, text: str, *, force: bool = False) -> None:
        """Replace the file by `text` atomically; its permissions and line ends stay.

        Args:
            text: The new text.
            force: Overwrite changes made on disk meanwhile.

        Raises:
            ChangedOnDisk: If it was changed on disk.
            DamnitError: If it cannot be written.
        """
        now = self._read()
        if not force and _digest(now) != self._digest:
            raise ChangedOnDisk(self.path, now)
        try:
            self._replace(text)
        except OSError as error:
            raise DamnitError(
                f"Cannot save {self.path}: {error.strerror}.",
                hint="Your text is kept as a draft.",
            ) from error
        self._digest = _digest(text)
        self.drop_draft()

    def keep_draft(self, text: str) -> None:
        """Keep unsaved text in case the connection drops; a full disk has no other effect."""
        content = json.dumps({"path": str(self.path), "text": text})
        with self._writing, suppress(OSError):
            self._draft.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished = self._draft.with_suffix(".new")
            unfinished.write_text(content, "utf-8")
            unfinished.replace(self._draft)

    def drop_draft(self) -> None:
        """Delete the draft: its text is saved, or not wanted."""
        with self._writing, suppress(OSError):
            self._draft.unlink(missing_ok=True)

    def _load_draft(self, text: str) -> str | None:
        try:
            kept = json.loads(self._draft.read_text("utf-8"))
            draft = kept["text"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return draft if isinstance(draft, str) and draft != text else None

    def _read(self) -> str:
        found = read_context_file(self.path)
        self._line_end = found.line_end
        return found.text

    def _replace(self, text: str) -> None:
        target = self.path.resolve()  # a link to a file elsewhere stays a link
        try:
            bits = stat.S_IMODE(target.stat().st_mode)
        except FileNotFoundError:
            bits = stat.S_IMODE(target.parent.stat().st_mode) & 0o666
        atomic_write(target, text.replace("\n", self._line_end).encode(), bits)


def difference(mine: str, theirs: str) -> list[str]:
    """Unified diff from `mine` to `theirs`."""
    return list(
        difflib.unified_diff(
            mine.splitlines(), theirs.splitlines(), "your text", "on disk", lineterm=""
        )
    )


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
