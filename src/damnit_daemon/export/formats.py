"""What a table can be written as."""

from __future__ import annotations

from typing import Literal

from ..errors import DamnitError

TextFormat = Literal["md", "csv", "tsv", "json"]
Format = Literal["md", "csv", "tsv", "json", "xlsx", "parquet"]

TEXT_FORMATS: tuple[TextFormat, ...] = ("md", "csv", "tsv", "json")
FORMATS: tuple[Format, ...] = (*TEXT_FORMATS, "xlsx", "parquet")


class NoSuchFormat(DamnitError):  # noqa: N818 – house style
    """A table cannot be written so."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no format {name!r}.", hint=f"Use {', '.join(FORMATS)}.")


def checked_format(name: str) -> Format:
    """A format by its name.

    Raises:
        NoSuchFormat: If there is none of that name.
    """
    for known in FORMATS:
        if name == known:
            return known
    raise NoSuchFormat(name)
