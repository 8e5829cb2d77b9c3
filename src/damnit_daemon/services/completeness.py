"""Check that a run's files are complete, by their own headers and names.

Reads a few bytes of each, never with the HDF5 library: files may be damaged, and are
read in the daemon's own process.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

NAME = re.compile(r"((?:RAW|CORR)-R\d+-(\w+))-S(\d{1,6})\.h5", re.ASCII)
"""European XFEL's names: kind, run, aggregator, and a number that counts from 0."""
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_HEAD_BYTES = 128
MOST_LOOKED_AT = 1000


def what_is_lacking(folder: Path) -> str:
    """Return why the files in a folder are incomplete; empty if they appear complete."""
    names = file_names(folder)
    if gap := missing_file(names):
        return f"{gap} is missing"
    for name in sorted(names)[:MOST_LOOKED_AT]:
        if reason := _unfinished(folder / name):
            return f"{name} {reason}"
    return ""


def file_names(folder: Path) -> list[str]:
    """List the HDF5 files in a folder by name; empty if it cannot be read."""
    try:
        return [name for name in os.listdir(folder) if name.endswith(".h5") and name[0] != "."]  # noqa: PTH208 – thousands of names
    except OSError:
        return []


def missing_file(names: Iterable[str]) -> str:
    """Return the first file that must exist because a higher number does; empty if none."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for name in names:
        if match := NAME.fullmatch(name):
            numbers[match[1]].add(int(match[3]))
    for stem in sorted(numbers):
        found = numbers[stem]
        if len(found) <= max(found):
            first = next(n for n in range(max(found)) if n not in found)
            return f"{stem}-S{first:05d}.h5"
    return ""


def _unfinished(path: Path) -> str:
    """Return why an HDF5 file is unfinished, judging by its header."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return ""
    if not head:
        return "is empty"
    if not head.startswith(_SIGNATURE) or len(head) < _HEAD_BYTES:
        return ""
    stored = _stored_end(head)
    if stored > size:
        return f"has {size} of {stored} bytes"
    if head[8] == 3 and head[11] & 1:
        return "is being written"
    return ""


def _stored_end(head: bytes) -> int:
    """Return the end of file recorded in the header; 0 if unknown (HDF5 format, II.A)."""
    version = head[8]
    if version in (0, 1):
        offset_bytes, at = head[13], 24 + 4 * version
        place = at + 2 * offset_bytes
    elif version in (2, 3):
        offset_bytes = head[9]
        place = 12 + 2 * offset_bytes
    else:
        return 0
    if offset_bytes not in (2, 4, 8):
        return 0
    end = int.from_bytes(head[place : place + offset_bytes], "little")
    return 0 if end == 256**offset_bytes - 1 else end
