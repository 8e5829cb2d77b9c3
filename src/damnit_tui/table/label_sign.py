"""The sign of a run's labels, beside its number."""

from __future__ import annotations

from typing import NamedTuple

from damnit_daemon.model.labels import BAD, DARK, GOOD, Labels


class LabelSign(NamedTuple):
    """A sign and its role."""

    text: str
    role: str


SIGNS = {
    BAD: LabelSign("✗", "error"),
    GOOD: LabelSign("✓", "success"),
    DARK: LabelSign("●", "quiet"),
}
"""Label → its sign; of several labels, the first of these is shown."""
OTHER = LabelSign("#", "mark")


def sign_of(labels: Labels) -> LabelSign | None:
    """Return the sign of a run's labels; None without labels."""
    if not labels:
        return None
    return next((sign for label, sign in SIGNS.items() if label in labels), OTHER)
