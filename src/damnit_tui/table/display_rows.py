"""Lines under the titles: the runs shown, and the notes between them. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from damnit_daemon.model import RunKey

from .rows import Rows

if TYPE_CHECKING:
    from damnit_daemon.store import Note

    Line = RunKey | Note


class DisplayRows:
    """Runs in display order, with notes between them by time.

    A note belongs to the latest run begun before it, and is shown above that run:
    where the run is hidden, so is the note. In any other sort order there is no
    place between runs, so notes are not shown.
    """

    def __init__(self, rows: Rows) -> None:
        self.notes: tuple[Note, ...] = ()
        """All notes, by time."""
        self.folded = False
        """True if notes are hidden."""
        self._rows = rows
        self._notes_of: dict[RunKey | None, list[Note]] = {}
        """Notes by run, newest first; None: older than all runs."""
        self._assigned: tuple[object, ...] = ()
        self._lines: Sequence[Line] = rows.keys
        self._places: dict[Line, int] = {}
        self._ordered: tuple[object, ...] = ()

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, place: int) -> Line:
        return self.order[place]

    def set_notes(self, notes: Collection[Note]) -> None:
        """Show other notes."""
        if self.notes != tuple(notes):
            self.notes = tuple(notes)

    def part(self, first: int, number: int) -> Sequence[Line]:
        """Return consecutive lines."""
        return self.order[first : first + number]

    @property
    def are_in_order(self) -> bool:
        """True if runs are in the order they were taken, so that notes have a place among them."""
        return not self._rows.arrangement.sort

    def place(self, line: Line) -> int | None:
        """Return the line of a run or note; None if it is not shown."""
        if self.order is self._rows.keys:
            return self._rows.position(line) if isinstance(line, RunKey) else None
        return self._places.get(line)

    def note(self, rowid: int | None) -> Note | None:
        """Return a displayed note by its rowid."""
        if rowid is None or self.order is self._rows.keys:
            return None
        found = next((note for note in self.notes if note.rowid == rowid), None)
        return found if found in self._places else None

    def run_of(self, note: Note) -> RunKey:
        """Return the run a displayed note belongs to; the oldest run if it is older than all."""
        lines = self.order
        below = (line for line in lines[self._places[note] :] if isinstance(line, RunKey))
        return next(below, self._rows.keys[-1])

    def step(self, place: int, step: int) -> Line:
        """Return the line `step` lines away; larger steps end on a run, not on a note."""
        lines = self.order
        target = max(0, min(len(lines) - 1, place + step))
        if abs(step) <= 1 or isinstance(lines[target], RunKey):
            return lines[target]
        back, ahead = lines[:target][::-1], lines[target:]
        order = (*back, *ahead) if step < 0 else (*ahead, *back)
        return next(line for line in order if isinstance(line, RunKey))

    def is_above_all_runs(self, place: int) -> bool:
        """Return True if only notes are above a line."""
        return not any(isinstance(line, RunKey) for line in self.order[:place])

    # Layout of notes

    @property
    def order(self) -> Sequence[Line]:
        """All lines; the same object until any of them is added, removed or moved."""
        rows = self._rows
        if not self.notes or self.folded or not rows.keys or rows.arrangement.sort:
            return rows.keys
        self._assign_notes()
        stamp = (rows.keys, self._notes_of, rows.arrangement.filter)
        if not _same(stamp, self._ordered):
            self._ordered = stamp
            lines: list[Line] = []
            for key in rows.keys:
                lines += self._notes_of.get(key, ())
                lines.append(key)
            if rows.arrangement.filter is None:
                lines += self._notes_of.get(None, ())
            self._lines = lines
            self._places = {line: place for place, line in enumerate(lines)}
        return self._lines

    def _assign_notes(self) -> None:
        """Assign each note to its run."""
        rows = self._rows
        stamp = (rows.all_keys, rows.begun, self.notes)
        if _same(stamp, self._assigned):
            return
        self._assigned = stamp
        # Newest first, like runs; times that do not decrease are left out for the bisection.
        timed: list[RunKey] = []
        earliest: list[float] = []
        for key in rows.all_keys:
            start = rows.run(key).start_time
            if start is not None and (not earliest or start < earliest[-1]):
                timed.append(key)
                earliest.append(start)
        self._notes_of = {}
        for note in reversed(self.notes):
            place = bisect_left(earliest, -note.timestamp, key=lambda start: -start)
            key_of = timed[place] if place < len(timed) else None
            self._notes_of.setdefault(key_of, []).append(note)


def _same(stamp: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Compare by identity, not equality: this takes no time on long lists."""
    return len(stamp) == len(other) and all(a is b for a, b in zip(stamp, other, strict=True))
