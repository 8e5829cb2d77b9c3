"""Problems of the folder itself rather than its runs; for workers only."""

from __future__ import annotations

from typing import NamedTuple

from damnit_daemon.errors import DamnitError
from damnit_daemon.paths import FRAGMENT_NAME, DamnitFolder
from damnit_daemon.run_ranges import format_run_ranges
from damnit_daemon.text import count_of

from ..sanitize import visible


class FolderWarnings(NamedTuple):
    """A copy that has the identity of its original, and results that were set aside."""

    copy_of: str = ""
    """The folder this one was copied from; empty if it is no copy, or has its own identity."""
    set_aside: int = 0
    """Number of unusable fragments."""
    runs: str = ""
    """Their runs, in brief."""

    def marks(self) -> list[str]:
        """Return the warnings in a word or two each."""
        found = ["⚠ copy"] if self.copy_of else []
        if self.set_aside:
            found.append(f"⚠ {self.set_aside} set aside")
        return found

    def lines(self) -> list[tuple[str, str]]:
        """Return the warnings with advice, as labelled lines."""
        found = []
        if self.copy_of:
            warning = (
                f"of {visible(self.copy_of)}, with its identity: both share the broker's update "
                "topic, filters, marks and drafts. To fix this, run `damnit-daemon new-id` in this "
                "folder."
            )
            found.append(("Copy", warning))
        if self.set_aside:
            number = count_of(self.set_aside, "fragment")
            runs = f"{'run' if self.runs.isdigit() else 'runs'} {self.runs}"
            of, again = (f" of {runs}", f" Reprocess {runs}.") if self.runs else ("", "")
            warning = (
                f"{number}{of} damaged: values are missing from the table.{again} "
                "The reasons are in extracted_data/broken."
            )
            found.append(("Set aside", warning))
        return found


def load_folder_warnings(folder: DamnitFolder) -> FolderWarnings:
    """Check a folder; unreadable files are no warning here."""
    from damnit_daemon.store.identity import original_of

    try:
        original = original_of(folder)
    except DamnitError:
        original = None
    aside = [path.name for path in folder.set_aside()]
    matches = (FRAGMENT_NAME.fullmatch(name) for name in aside)
    runs = format_run_ranges(int(match[2]) for match in matches if match)
    return FolderWarnings("" if original is None else str(original), len(aside), runs)
