"""The values of one variable, at a few bytes each: a table has up to a million. Pure."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

from damnit_daemon.model import Blob, Content, RunKey, StoredValue
from damnit_daemon.model.batch import ColumnPart, Extras

NO_TIME = 0.0
"""Stands for a write time that was not loaded, as of large blobs."""
_SCALARS = (int, float, str)


class ValueColumn:
    """Values by slot; data shared by many rows is stored once."""

    def __init__(self, name: str) -> None:
        """Create an empty column."""
        self.name = name
        self.values: list[Any] = []
        """As stored; None also where there is no row. A value may arrive before its row."""
        self._has_ahead = False
        self.has_texts = False
        """True if any value is, or was, a text."""
        self._extras: list[Extras | None] = []  # None: there is no row
        self._timestamps = array("d")
        self._max_diffs: array[float] | None = None  # most variables have none

    def extend(self, slots: int) -> None:
        """Grow to this many slots."""
        if (missing := slots - len(self.values)) > 0:
            # The first value makes room for all runs: in one block, not one by one.
            self.values += [None] * missing
            self._extras += [None] * missing
            self._timestamps.frombytes(bytes(missing * self._timestamps.itemsize))  # NO_TIME
            if self._max_diffs is not None:
                self._max_diffs.extend(repeat(math.nan, missing))

    def has(self, slot: int) -> bool:
        """Return True if there is a row."""
        return slot < len(self._extras) and self._extras[slot] is not None

    def stored(self, key: RunKey, slot: int) -> StoredValue:
        """Return the row of a slot that has one."""
        extras = self._extras[slot]
        assert extras is not None
        max_diff = None if self._max_diffs is None else self._max_diffs[slot]
        return StoredValue(
            key,
            self.name,
            self.values[slot],
            self._timestamps[slot],
            None if max_diff is None or math.isnan(max_diff) else max_diff,
            *extras,
        )

    def put(self, slot: int, value: StoredValue, extras: Extras) -> bool:
        """Set a row; return True if it differs from the previous one."""
        self.extend(slot + 1)
        if self._extras[slot] is not None and self.stored(value.key, slot) == value:
            return False
        self._extras[slot] = extras
        self.values[slot] = value.value
        self._timestamps[slot] = value.timestamp
        self._put_max_diff(slot, value.max_diff)
        self.has_texts |= isinstance(value.value, str)
        return True

    def put_all(self, slots: Sequence[int], part: ColumnPart) -> bool:
        """Set many rows at once; return True if any of them existed.

        What is known of a large blob is kept if the blob is unchanged.
        """
        self.extend(max(slots) + 1)
        values, extras, timestamps = self.values, self._extras, self._timestamps
        has_any = any(extras[slot] is not None for slot in slots)
        known = self._large_blobs(slots, part) if has_any else ()
        for slot, value, extra, timestamp in zip(
            slots, part.values, part.extras, part.timestamps, strict=True
        ):
            if slot not in known:
                values[slot] = value
                extras[slot] = extra
                timestamps[slot] = timestamp
        if self._max_diffs is not None or any(diff is not None for diff in part.max_diffs):
            for slot, max_diff in zip(slots, part.max_diffs, strict=True):
                if slot not in known:
                    self._put_max_diff(slot, max_diff)
        self.has_texts |= str in set(map(type, part.values))
        return has_any

    def open_ahead(self, slots: int) -> tuple[list[Any], list[Extras | None]]:
        """Make room for values that arrive before their rows.

        Returns:
            The list for the values, and a list that is None in the slots without a row.
        """
        self.extend(slots)
        self._has_ahead = True
        return self.values, self._extras

    def settle(self, slots: Iterable[int]) -> None:
        """Drop values whose rows never arrived: they were deleted."""
        if self._has_ahead:
            values, extras, end = self.values, self._extras, len(self.values)
            for slot in slots:
                if slot < end and extras[slot] is None:
                    values[slot] = None

    def clear(self, slot: int) -> bool:
        """Drop a row, or a value that arrived before it; return True if there was a row."""
        if slot >= len(self.values):
            return False
        had_row = self._extras[slot] is not None
        self.values[slot] = self._extras[slot] = None
        return had_row

    def note_time(self, slot: int, timestamp: float) -> bool:
        """Set the write time of a row if it was not loaded; return True if it was set."""
        if not self.has(slot) or self._timestamps[slot] != NO_TIME:
            return False
        self._timestamps[slot] = timestamp
        return True

    def scalars(self, slots: Sequence[int]) -> list[int | float | str | None]:
        """Return numbers and texts; None for any other value."""
        if not slots:
            return []
        self.extend(max(slots) + 1)
        values = self.values
        found = [values[slot] for slot in slots]
        if set(map(type, found)) <= {*_SCALARS, type(None)}:
            return found
        return [value if isinstance(value, _SCALARS) else None for value in found]

    def content(self) -> Content:
        """Return the kinds of values."""
        from damnit_daemon.query.table import content_of

        return content_of(self.values)

    def filled(self, slots: Sequence[int]) -> list[bool]:
        """Return for each slot whether there is any value, including pictures and arrays."""
        if not slots:
            return []
        self.extend(max(slots) + 1)
        values = self.values
        return [values[slot] is not None and values[slot] != "" for slot in slots]

    def _put_max_diff(self, slot: int, max_diff: float | None) -> None:
        if self._max_diffs is None:
            if max_diff is None:
                return
            self._max_diffs = array("d", repeat(math.nan, len(self.values)))
        self._max_diffs[slot] = math.nan if max_diff is None else max_diff

    def _large_blobs(self, slots: Sequence[int], part: ColumnPart) -> set[int]:
        """Return the slots of blobs of which more is known than in `part`."""
        if NO_TIME not in part.timestamps:
            return set()
        return {
            slot
            for slot, value, timestamp in zip(slots, part.values, part.timestamps, strict=True)
            if timestamp == NO_TIME
            and isinstance(value, Blob)
            and self._extras[slot] is not None
            and self.values[slot] == value
        }
