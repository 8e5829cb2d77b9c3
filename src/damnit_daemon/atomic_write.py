"""Files that people ask for: nobody reads half of one, and nobody else chooses where it goes."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def unfinished_file(target: Path) -> Iterator[Path]:
    """A new file beside another, to be written and then given its name; gone at the end.

    Its name cannot be guessed: where others may write, too, nobody can put a link there. It
    ends as the other's, and has the same rights.

    Raises:
        OSError: If there can be none.
    """
    try:
        descriptor, name = tempfile.mkstemp(
            prefix=f".{target.stem[:200]}.", suffix=target.suffix[:20], dir=target.parent
        )
    except ValueError as error:  # no name of a file
        raise OSError(errno.EINVAL, str(error)) from error
    unfinished = Path(name)
    try:
        os.fchmod(descriptor, _mode_for(target))
        os.close(descriptor)
        yield unfinished
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _mode_for(target: Path) -> int:
    """What stood there keeps its bits; a new file has what the user's own umask leaves."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0o022)
        os.umask(mask)
        return 0o666 & ~mask
