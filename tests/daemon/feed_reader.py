"""What a program knows that watches a database, as the app does."""

from __future__ import annotations


def read_on(feed, seen, labels=None):
    """Take in all that there is to see by now: values by run and name, labels by run."""
    found = feed.changes()
    while found is not None:
        take(found, seen, labels)
        found = feed.walk()


def take(found, seen, labels=None):
    """Take in some changes."""
    labels = {} if labels is None else labels
    if found.is_new:
        seen.clear()
        labels.clear()
    labels.update((row.key, row.labels) for row in found.runs)
    for key in found.removed_runs:
        labels.pop(key, None)
    for cell in found.removed_values:
        seen.pop(cell, None)
    for value in found.values:
        seen[value.key, value.name] = value.value
    if found.portion is not None:
        for name, part in found.portion.columns.items():
            for row, value in zip(part.rows, part.values, strict=True):
                seen[found.portion.keys[row], name] = value
