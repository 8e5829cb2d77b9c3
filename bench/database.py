"""Generate a reproducible DAMNIT folder of any size.

The mix is typical of experiments: mostly numbers, means and short lines, a few images,
texts and flags; some values are missing, skipped or failed.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.store import (
    NewValue,
    create_database,
    ensure_run,
    save_values,
    update_computed_variables,
)

PROPOSAL = 1234
FIRST_RUN = 7001
"""Unlike any other number on the screen."""
START = 1_767_225_600.0
SECONDS_BETWEEN_RUNS = 600

KINDS = ["number"] * 10 + ["mean"] * 4 + ["line"] * 2 + ["text"] * 2 + ["picture", "flag"]
GROUPS = ["XGM", "AGIPD", "Camera", "Motors", "Sample", "Laser"]
MISSING, SKIPPED, FAILED = 0.04, 0.025, 0.025
PICTURES = 16
PICTURE_SIZE = 120


def make_folder(folder: Path, runs: int, variables: int, *, seed: int = 1) -> Path:
    """Create a DAMNIT folder with a database; equal arguments give equal contents."""
    folder.mkdir(parents=True)
    database = create_database(folder / "runs.sqlite", proposal=PROPOSAL, context_python=None)
    columns = _columns(variables)
    (folder / "context.py").write_text(_context(columns))
    with database.writing() as con:
        update_computed_variables(con, [info for info, _ in columns])
        for key, values in groupby(_values(columns, runs, seed), key=lambda value: value.key):
            start = START + SECONDS_BETWEEN_RUNS * (key.run - FIRST_RUN)
            ensure_run(con, key, added_at=start + 120, start_time=start)
            save_values(con, values, now=start + 300, keep_newer=False)
    return folder


def _columns(variables: int) -> list[tuple[VariableInfo, str]]:
    """Return definitions and kinds, each kind spread over the table."""
    found = []
    for number in range(variables):
        group = GROUPS[number % len(GROUPS)]
        kind = KINDS[number * 7 % len(KINDS)]
        name = f"{group.lower()}_{kind}_{number:03d}"
        info = VariableInfo(name, f"{group}/{kind.capitalize()} {number}", tags=(group,))
        found.append((info, kind))
    return found


def _context(columns: list[tuple[VariableInfo, str]]) -> str:
    """Return a context file that declares the variables."""
    functions = [
        f"@Variable(title={info.title!r}, tags={list(info.tags)!r})\n"
        f"def {info.name}(run):\n    return None\n"
        for info, _ in columns
    ]
    return "\n\n".join(["from damnit_ctx import Variable\n", *functions])


def _values(columns: list[tuple[VariableInfo, str]], runs: int, seed: int) -> Iterator[NewValue]:
    choose, rng = random.Random(seed), np.random.default_rng(seed)
    pictures = [_picture(rng) for _ in range(PICTURES)]
    for number in range(runs):
        key = RunKey(PROPOSAL, FIRST_RUN + number)
        for info, kind in columns:
            chance = choose.random()
            if chance < MISSING:
                continue
            if chance < MISSING + SKIPPED:
                attributes = {"error": "no beam in this run", "error_cls": "Skip"}
                yield NewValue(key, info.name, None, attributes=attributes)
            elif chance < MISSING + SKIPPED + FAILED:
                attributes = {"error": "division by zero", "error_cls": "ZeroDivisionError"}
                yield NewValue(key, info.name, None, attributes=attributes)
            else:
                yield _value(key, info.name, kind, choose, rng, pictures)


def _value(
    key: RunKey,
    name: str,
    kind: str,
    choose: random.Random,
    rng: np.random.Generator,
    pictures: list[bytes],
) -> NewValue:
    if kind == "line":
        line = np.stack([np.arange(130.0), rng.standard_normal(130).cumsum()])
        return NewValue(key, name, line, max_diff=1.0, summary_type="trendline")
    if kind == "picture":
        return NewValue(key, name, choose.choice(pictures))
    if kind == "text":
        return NewValue(key, name, choose.choice(["data", "dark", "calibration", "alignment"]))
    if kind == "flag":
        return NewValue(key, name, int(choose.random() < 0.5))
    number = choose.gauss(900, 40)
    if kind == "mean":
        return NewValue(
            key, name, number, max_diff=80.0, summary_method="mean", attributes={"units": "µJ"}
        )
    return NewValue(key, name, number)


def _picture(rng: np.random.Generator) -> bytes:
    """Return a grey PNG of a spot with noise, so that it does not compress away."""
    y, x = np.mgrid[:PICTURE_SIZE, :PICTURE_SIZE]
    centre = rng.uniform(30, 90, 2)
    spot = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / 500)
    noise = 0.1 * rng.random((PICTURE_SIZE, PICTURE_SIZE))
    lines = np.zeros((PICTURE_SIZE, PICTURE_SIZE + 1), np.uint8)  # column 0: no filter
    lines[:, 1:] = 200 * (spot + noise).clip(0, 1)
    header = struct.pack(">IIBBBBB", PICTURE_SIZE, PICTURE_SIZE, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
