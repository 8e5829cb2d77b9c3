"""State of a database as last seen, to detect what other programs write to it.

New rows are at its end, and are found at once. Rewritten rows keep their place: runs
on screen or being processed are scanned at once, the rest in portions, so that the cost
of a poll does not depend on the number of values.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_

from ..model import Column, RunKey, RunRow, StoredValue
from ..model.batch import AheadRow, ValueBatch
from .changes import Cell, Changes
from .rowid_blocks import (
    EMPTY,
    Block,
    BlockReader,
    Sums,
    blocks_before,
    last_block,
    load_ahead,
    load_large_times,
    load_sums,
)
from .runs import load_listed_runs, load_run_sums, load_runs
from .settings import DB_ID, load_setting
from .sql import Row, fetch_all
from .values import load_rows, no_garbage_collection
from .variables import load_columns

OVERLAP_S = 120.0
"""How far back to scan: a value may be committed this long after its timestamp
(a writer may wait for the lock twice), and clocks differ."""
MOST_NEW = 40
"""New blocks reported at a time; the rest with the next poll."""
PORTION = 32
"""Blocks read at a time in the background."""
MOST_AT_ONCE = 2 * PORTION
"""Above this many blocks, values are read ahead: search and sort are ready in half the time."""
FEW = 20
PORTION_OF_FEW = 4 * PORTION
"""Blocks read at a time for the values of few variables."""
MOST_WARM = 16
BUDGET_S = 0.015
"""How long to scan blocks at a time."""


class ChangeTracker:
    """Last seen state of one database file; each call runs inside the caller's transaction."""

    def __init__(self, con: sqlite3.Connection, now: float) -> None:
        """Record the initial state; values are left to `walk`."""
        self._reader = BlockReader()
        self._began = now
        self._blocks: dict[int, Block] = {}
        self._hashes: dict[int, dict[int, int]] = {}
        self._large: dict[int, dict[int, float]] = {}
        self._places: dict[RunKey, tuple[int, ...]] = {}
        self._warm: deque[int] = deque(maxlen=MOST_WARM)
        self._numbers: dict[str, int] = {}
        self._bits: dict[RunKey, int] = {}
        self._used_bits: int | None = 0
        self.went_back = False
        """True if the database seems to have been replaced by an older copy."""
        self.has_more = False
        """True if more is new than was reported."""
        self._last = max(last_block(con), 0)
        for number, _, block, hashes in self._read_closely(con, [self._last]):
            self._note(number, block, hashes)
        self._db_id = load_setting(con, DB_ID)
        self._run_sums = load_run_sums(con)
        self._listed = {row.key for row in load_listed_runs(con)}
        self._defined = _defined_names(con)
        self.runs = {row.key: row for row in load_runs(con)}
        self.columns = tuple(load_columns(con, self._numbers))
        self._next = self._last + 1
        # A small database is read within a moment, without reading ahead.
        self._next_ahead: int | None = self._next if self._next > MOST_AT_ONCE else None
        self._has_all_ahead = False
        self._requested: frozenset[str] = frozenset()
        self._next_requested = 0
        self._reported: frozenset[str] = frozenset()
        self.has_all = False
        """True if `walk` has returned everything."""
        self._near: dict[int, None] = {}
        """Blocks whose large blobs are still to be compared, the oldest first."""
        self._round: list[int] = []
        self._round_version: object = None

    def all_new(self) -> Changes:
        """Report everything as new."""
        return Changes(is_new=True, runs=tuple(self.runs.values()), columns=self.columns)

    def poll(self, con: sqlite3.Connection, near: Iterable[RunKey]) -> Changes:
        """Report new values, and changes near some runs or the last changes.

        Args:
            con: A connection for reading.
            near: Runs on screen or being processed.
        """
        if load_setting(con, DB_ID) != self._db_id:
            self.went_back = True
            return Changes()
        runs, gone = self._changed_runs(con)
        close = {number for key in [*near, *gone] for number in self._places.get(key, ())}
        near_now = close | {*self._warm}
        self._near |= dict.fromkeys(sorted(near_now))
        changed = {number for number in near_now if self._differs(con, number)}
        last = last_block(con)
        changed.update(number for number in self._blocks if number > last)
        stop = min(last, self._last + MOST_NEW)
        changed.update(range(self._last, stop + 1))
        self._last = max(stop, 0)
        self.has_more = stop < last
        values, removed = self._compare(con, sorted(changed))
        removed += self._cells_of_lost_variables(con)
        return self._finish(con, runs, gone, values, removed)

    def has_reported(self, first_names: Collection[str]) -> bool:
        """Return True if `walk` has returned these values, or those of `ANY`, at least ahead."""
        return self.has_all or self._has_all_ahead or self._reported.issuperset(first_names)

    def has_row(self, cell: Cell) -> bool:
        """Return True if a row of the cell was read, and has not been deleted since."""
        key, name = cell
        number = self._numbers.get(name)
        return number is not None and bool(self._bits.get(key, 0) >> number & 1)

    def is_done(self, version: object) -> bool:
        """Return True if `walk` would have nothing to do."""
        still_reads = self._next_ahead is not None or not self.has_all or self._near or self._round
        return not still_reads and self._round_version == version

    def walk(
        self, con: sqlite3.Connection, version: object, first_names: Collection[str] = ()
    ) -> Changes | None:
        """Continue reading existing values, or scanning for changes; None if all is done.

        Args:
            con: A connection for reading.
            version: Version of the data; a new one starts another scan.
            first_names: Variables to begin with, or `ANY`.
        """
        if changed := set(self._large_changed(con)):
            return self._compared(con, changed)
        if (found := self._load_requested(con, frozenset(first_names))) is not None:
            return Changes(ahead=found or ())
        if ahead := self._load_ahead(con):
            return Changes(ahead=ahead)
        if not self.has_all:
            return self._load_more(con, version)
        if self.is_done(version):
            return None
        if not self._round:
            self._round, self._round_version = sorted(self._blocks), version
        deadline = time.perf_counter() + BUDGET_S
        while self._round and time.perf_counter() < deadline and len(changed) < MOST_NEW:
            number = self._round.pop()
            if self._differs(con, number):
                changed.add(number)
        return self._compared(con, changed)

    # Initial reading

    def _load_requested(
        self, con: sqlite3.Connection, first_names: frozenset[str]
    ) -> Sequence[AheadRow] | None:
        """Return the next requested values, maybe none; None if all have been returned."""
        missing = first_names - self._reported
        if self._next_ahead is None or not missing:
            return None
        if missing != self._requested:
            self._requested, self._next_requested = missing, self._next_ahead
        most = PORTION_OF_FEW if len(missing) <= FEW else PORTION
        if (piece := blocks_before(con, self._next_requested, most)) is None:
            self._reported |= missing
            return None
        self._next_requested = piece[0]
        return load_ahead(con, *piece, missing)

    def _load_ahead(self, con: sqlite3.Connection) -> Sequence[AheadRow]:
        """Return the values of the next blocks; none after the first block."""
        while self._next_ahead is not None:
            if (piece := blocks_before(con, self._next_ahead, PORTION)) is None:
                self._next_ahead, self._has_all_ahead = None, True
                break
            self._next_ahead = piece[0]
            if found := load_ahead(con, *piece):
                return found
        return ()

    def _load_more(self, con: sqlite3.Connection, version: object) -> Changes:
        if self._round_version is None:
            self._round_version = version
        piece = blocks_before(con, self._next, PORTION)
        if piece is None:
            self.has_all = True
            return self._finish(con, (), (), [], [])
        with no_garbage_collection():
            portion = self._read_all(con, *piece)
        self._next = piece[0]
        return Changes(portion=portion)

    def _read_all(self, con: sqlite3.Connection, start: int, stop: int) -> ValueBatch:
        rows = self._reader.read(con, start, stop)
        for number, block in self._reader.blocks(rows).items():
            if number not in self._hashes:
                self._note(number, block, None)
        portion = self._reader.portion(rows)
        bits = [0] * len(portion.keys)
        for name, part in portion.columns.items():
            bit = 1 << self._numbers.setdefault(name, len(self._numbers))
            for place in part.rows:
                bits[place] |= bit
        for key, of_key in zip(portion.keys, bits, strict=True):
            self._add_bits(key, of_key)
        return portion

    def _add_bits(self, key: RunKey, bits: int) -> None:
        self._bits[key] = self._bits.get(key, 0) | bits
        if self._used_bits is not None:
            self._used_bits |= bits

    def _remove_bits(self, key: RunKey, bits: int) -> None:
        self._bits[key] = self._bits.get(key, 0) & ~bits
        if bits:
            self._used_bits = None  # other runs may have them

    # Scanning blocks

    def _differs(self, con: sqlite3.Connection, number: int) -> bool:
        return load_sums(con, number) != self._blocks.get(number, EMPTY).sums

    def _large_changed(self, con: sqlite3.Connection) -> Iterator[int]:
        """Yield blocks near the runs of the last poll with another blob of the same size."""
        deadline = time.perf_counter() + BUDGET_S
        since = self._began - OVERLAP_S
        while self._near and time.perf_counter() < deadline:
            number = next(iter(self._near))
            del self._near[number]
            known, times = self._large.get(number), load_large_times(con, number)
            self._large[number] = times
            if known is None:
                known = {row: time_s for row, time_s in times.items() if time_s <= since}
            if known != times:
                yield number

    def _compared(self, con: sqlite3.Connection, numbers: Iterable[int]) -> Changes:
        values, removed = self._compare(con, numbers)
        if not (values or removed):
            return Changes()
        return self._finish(con, (), (), values, removed)

    def _compare(
        self, con: sqlite3.Connection, numbers: Iterable[int]
    ) -> tuple[list[StoredValue], list[Cell]]:
        """Read blocks again; return what is new in them, and what was removed."""
        rowids: list[int] = []
        losers: set[RunKey] = set()
        for number, rows, block, hashes in self._read_closely(con, numbers):
            old, before = self._blocks.get(number, EMPTY), self._hashes.get(number)
            changed = self._changed_rows(number, rows, hashes)
            lost = block.sums.rows < old.sums.rows
            if before is not None:
                lost = not before.keys() <= hashes.keys()
            elif changed and old is not EMPTY:
                lost = True
            if old.newest > block.newest and block.sums.rows == old.sums.rows:
                self.went_back = True
            # An unknown row may have taken the place of another.
            if lost or any(before and row[3] in before and self._is_new(row) for row in changed):
                losers |= old.keys
            rowids += [row[3] for row in changed]
            if changed and old is not EMPTY and number not in self._warm:
                self._warm.extend((number, number + 1))
            self._note(number, block, hashes)
        return load_rows(con, rowids) if rowids else [], list(self._lost_cells(con, losers))

    def _changed_rows(self, number: int, rows: list[Row], hashes: dict[int, int]) -> list[Row]:
        before = self._hashes.get(number)
        if before is not None:
            return [row for row in rows if before.get(row[3]) != hashes[row[3]]]
        if number not in self._blocks:
            return rows
        # Its rows were read after this tracker started. If no timestamp is newer than that, a
        # clock is wrong, and any row may be the one.
        since = self._began - OVERLAP_S
        return [row for row in rows if row[6] > since or self._is_new(row)] or rows

    def _is_new(self, row: Row) -> bool:
        return not self.has_row((RunKey(row[1], row[2]), row[0]))

    def _read_closely(
        self, con: sqlite3.Connection, numbers: Iterable[int]
    ) -> Iterator[tuple[int, list[Row], Block, dict[int, int]]]:
        """Read blocks, including those where large blobs were written."""
        for number in numbers:
            rows = self._reader.read(con, number, number + 1)
            block = self._reader.blocks(rows).get(number, EMPTY)
            times = self._large[number] = load_large_times(con, number)
            rows = [(*row[:6], times.get(row[3], row[6]), *row[7:]) for row in rows]
            newest = max([block.newest, *times.values()])
            yield (
                number,
                rows,
                block._replace(newest=newest),
                {row[3]: hash(row) for row in rows},
            )
            for row in rows:
                bit = 1 << self._numbers.setdefault(row[0], len(self._numbers))
                self._add_bits(RunKey(row[1], row[2]), bit)

    def _note(self, number: int, block: Block, hashes: dict[int, int] | None) -> None:
        if block.sums == Sums(0, 0.0):
            self._blocks.pop(number, None)
        else:
            self._blocks[number] = block
        if hashes is not None:
            self._hashes[number] = hashes
        for key in block.keys:
            places = self._places.get(key, ())
            if number not in places:
                self._places[key] = (*places, number)

    def _lost_cells(self, con: sqlite3.Connection, keys: Iterable[RunKey]) -> Iterator[Cell]:
        sql = "SELECT name FROM run_variables WHERE proposal = ? AND run = ?"
        for key in sorted(keys):
            bits = 0
            for (name,) in fetch_all(con, sql, key):
                bits |= 1 << self._numbers.get(name, len(self._numbers))
            lost = self._bits.get(key, 0) & ~bits
            self._remove_bits(key, lost)
            yield from ((key, name) for name, n in self._numbers.items() if lost >> n & 1)

    # Runs and variables

    def _changed_runs(self, con: sqlite3.Connection) -> tuple[list[RunRow], list[RunKey]]:
        """Return listed runs that are new or changed, and those no longer listed."""
        sums = load_run_sums(con)
        if sums == self._run_sums:
            return [], []
        self._run_sums = sums
        listed = {row.key: row for row in load_listed_runs(con)}
        gone = [key for key in self._listed if key not in listed]
        self._listed = set(listed)
        return [row for key, row in listed.items() if self.runs.get(key) != row], sorted(gone)

    def _finish(
        self,
        con: sqlite3.Connection,
        runs: Iterable[RunRow],
        unlisted: Iterable[RunKey],
        values: list[StoredValue],
        removed: list[Cell],
    ) -> Changes:
        """Assemble the report; runs are those that are listed or have values."""
        rows = {row.key: row for row in runs}
        keys = {value.key for value in values}.difference(self.runs, rows)
        rows.update((key, RunRow(key, None, None)) for key in keys)
        still = [key for key in unlisted if self._bits.get(key)]
        rows.update((key, RunRow(key, None, None)) for key in still)
        emptied = dict.fromkeys([*unlisted, *(key for key, _ in removed)])
        gone = [key for key in emptied if not self._bits.get(key) and key not in self._listed]
        self.runs.update(rows)
        for key in gone:
            self.runs.pop(key, None)
        return Changes(
            runs=tuple(rows.values()),
            removed_runs=tuple(gone),
            values=tuple(values),
            removed_values=tuple(removed),
            columns=self._changed_columns(con),
        )

    def _changed_columns(self, con: sqlite3.Connection) -> tuple[Column, ...] | None:
        if (used := self._used_bits) is None:
            used = self._used_bits = reduce(or_, self._bits.values(), 0)
        columns = tuple(load_columns(con, [n for n, i in self._numbers.items() if used >> i & 1]))
        if columns == self.columns:
            return None
        self.columns = columns
        return columns

    def _cells_of_lost_variables(self, con: sqlite3.Connection) -> list[Cell]:
        """Return the cells removed with their variables, in any block."""
        before, self._defined = self._defined, _defined_names(con)
        lost = []
        for name in sorted(before - self._defined):
            bit = 1 << self._numbers.setdefault(name, len(self._numbers))
            had = [key for key, bits in self._bits.items() if bits & bit]
            for key in set(had) - _runs_with(con, name, had):
                self._remove_bits(key, bit)
                lost.append((key, name))
        return sorted(lost)


def _defined_names(con: sqlite3.Connection) -> frozenset[str]:
    return frozenset(name for (name,) in fetch_all(con, "SELECT name FROM variables"))


def _runs_with(con: sqlite3.Connection, name: str, keys: Iterable[RunKey]) -> set[RunKey]:
    """Return those runs that have a value of a variable, each looked up in the index."""
    runs: dict[int, list[int]] = {}
    for proposal, run in keys:
        runs.setdefault(proposal, []).append(run)
    sql = (
        "SELECT run FROM run_variables WHERE proposal = ? "
        "AND run IN (SELECT value FROM json_each(?)) AND name = ?"
    )
    return {
        RunKey(proposal, run)
        for proposal, numbers in runs.items()
        for (run,) in fetch_all(con, sql, (proposal, json.dumps(numbers), name))
    }
