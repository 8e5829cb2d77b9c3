"""Both readers say the same of a run: the one comparison that all directions share."""

from __future__ import annotations

from typing import Any

import numpy as np

from damnit_daemon.model import RunKey

from .compare import difference
from .our_view import OurView
from .peer.exchange import Reader, Unreadable

READ_AS_TEXT = {"some_bytes"}
"""The peer reads bytes as text, and only if they are ASCII (the HDF5 type is the same)."""


def disagreements(theirs: Reader, ours: OurView, key: RunKey, name: str) -> dict[str, str]:
    """In what the two readers differ about a variable."""
    facts = theirs.content["runs"][str(key.run)]["variables"].get(name)
    if facts is None or "missing" in facts:
        has_results = name in ours.keys(key)
        return {"keys": f"only we have {name}"} if has_results else {}
    seen: dict[str, Any] = {fact: theirs.decode(form) for fact, form in facts.items()}
    here = _our_facts(ours, key, name, seen)
    found = {fact: difference(seen[fact], value) for fact, value in here.items()}
    return {fact: text for fact, text in found.items() if text}


def _our_facts(ours: OurView, key: RunKey, name: str, seen: dict[str, Any]) -> dict[str, Any]:
    facts = {
        "name": name,
        "units": ours.attributes(key, name).get("units"),
        "summary": ours.summary(key, name),
    }
    if name in ours.columns:
        facts["title"] = ours.columns[name].title
    # The peer answers with a KeyError where there is no data, ours with has_data().
    if isinstance(seen["read"], np.generic):
        seen["read"] = seen["read"].item()  # ours gives plain numbers
    if not isinstance(seen["read"], Unreadable):
        facts["read"] = ours.data(key, name)
    if not isinstance(seen["preview"], Unreadable):
        facts["preview"] = ours.preview(key, name)
    if not isinstance(seen["type_hint"], Unreadable):
        facts["type_hint"] = ours.type_hint(key, name)
    if name in READ_AS_TEXT:
        facts["read"] = (
            facts["read"].decode() if isinstance(facts["read"], bytes) else facts["read"]
        )
    return facts


def table_disagreements(theirs: Reader, ours: OurView) -> list[str]:
    """In what the two run tables differ, cell by cell."""
    found = []
    for row in theirs.content["table"]["rows"]:
        key = RunKey(theirs.decode(row["proposal"]), theirs.decode(row["run"]))
        start = difference(theirs.decode(row["start_time"]), ours.runs[key].start_time)
        cells = {n: f for n, f in row.items() if n not in ("proposal", "run", "start_time")}
        texts = {n: _cell_difference(theirs.decode(f), ours.cell(key, n)) for n, f in cells.items()}
        found += [
            f"{key} {n}: {text}" for n, text in {**texts, "start_time": start}.items() if text
        ]
    return found


def _cell_difference(theirs: Any, ours: Any) -> str | None:
    # In a pandas column without any row, NULL and "no row" are the same to the peer.
    if theirs is None and ours == "<no row>":
        return None
    if isinstance(theirs, float) and theirs != theirs and ours is None:
        return None  # NULL in a column of numbers
    if isinstance(theirs, float) and isinstance(ours, int) and theirs == ours:
        return None  # pandas makes floats of integers beside a missing one
    return difference(theirs, ours)
