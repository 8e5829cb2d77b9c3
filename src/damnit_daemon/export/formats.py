"""The export formats."""

from __future__ import annotations

from typing import Literal

from ..errors import DamnitError

TextFormat = Literal["md", "csv", "tsv", "json", "jsonl", "html"]
Format = Literal["md", "csv", "tsv", "json", "jsonl", "html", "xlsx", "parquet"]

TEXT_FORMATS: tuple[TextFormat, ...] = ("md", "csv", "tsv", "json", "jsonl", "html")
LINE_FORMATS: tuple[TextFormat, ...] = ("md", "csv", "tsv", "jsonl")
"""With one line for each run."""
FORMATS: tuple[Format, ...] = (*TEXT_FORMATS, "xlsx", "parquet")


class NoSuchFormat(DamnitError):  # noqa: N818 – house style
    """The format is not known."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Unknown format {name!r}.", hint=f"Use {', '.join(FORMATS)}.")


def checked_format(name: str) -> Format:
    """Check the name of a format.

    Raises:
        NoSuchFormat: If there is no such format.
    """
    for known in FORMATS:
        if name == known:
            return known
    raise NoSuchFormat(name)


def as_text_format(name: str) -> TextFormat | None:
    """Return the text format of a name; None if there is none."""
    return next((known for known in TEXT_FORMATS if known == name), None)
