"""Completion of words in a shell, which replace the word that is being typed.

A shell shows no error: where a folder cannot be read, there is nothing to complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .errors import DamnitError
from .paths import locate_folder

if TYPE_CHECKING:
    from .model import RunRow
    from .store import Database

TIMEOUT_S = 1.0
"""How long to wait while another program holds the lock of the database."""


def complete_word(word: str, options: Iterable[str]) -> list[str]:
    """Return the options that begin with a word, without those that a shell would split."""
    return [each for each in options if each.startswith(word) and not set(each) & set(" \t\n\"'")]


def complete_setting(word: str) -> list[str]:
    """Complete the name of a setting, in the spelling that was begun: `slurm-t` or `slurm_t`."""
    from .settings import KNOWN

    names = sorted(KNOWN)
    return complete_word(word, [n.replace("_", "-") for n in names] if "-" in word else names)


def complete_value(key: str, word: str) -> list[str]:
    """Complete the value of a setting that has few."""
    from .settings import KNOWN, normalise_key

    setting = KNOWN.get(normalise_key(key))
    return [] if setting is None else complete_word(word, setting.choices)


def complete_variable(folder: str | None, word: str) -> list[str]:
    """Complete the name of a variable that the context file computes."""
    return complete_word(word, _names(folder, computed=True))


def complete_columns(folder: str | None, text: str) -> list[str]:
    """Complete the last of several comma-separated columns: `-xgm,run`."""
    from .query.cells import FIXED, LABELS

    start = text.rfind(",") + 1
    start += text[start : start + 1] in ("+", "-")
    names = dict.fromkeys([*(column.name for column in (*FIXED, LABELS)), *_names(folder)])
    return [text[:start] + name for name in complete_word(text[start:], names)]


def complete_runs(folder: str | None, text: str) -> list[str]:
    """Complete the last of several runs, the latest first: `17,20-32`."""
    start = max(text.rfind(","), text.rfind("-")) + 1
    numbers = map(str, sorted({run.key.run for run in _runs(folder)}, reverse=True))
    return [text[:start] + number for number in complete_word(text[start:], numbers)]


def complete_parameter(folder: str | None, word: str) -> list[str]:
    """Complete the name of a parameter of the context file."""
    from .store import load_parameters

    try:
        with _database(folder).reading() as con:
            return complete_word(word, [each.name for each in load_parameters(con)])
    except (DamnitError, OSError):
        return []


def complete_label(folder: str | None, word: str) -> list[str]:
    """Complete a label of runs: those used in the folder, and the usual ones."""
    from .model.labels import USUAL

    used = sorted({label for run in _runs(folder) for label in run.labels})
    return complete_word(word, dict.fromkeys((*USUAL, *used)))


def _runs(folder: str | None) -> list[RunRow]:
    """Return the runs of a folder."""
    from .store import load_listed_runs

    try:
        with _database(folder).reading() as con:
            return load_listed_runs(con)
    except (DamnitError, OSError):
        return []


def _names(folder: str | None, *, computed: bool = False) -> list[str]:
    """Return the defined variables of a folder."""
    from .store import load_variables

    try:
        with _database(folder).reading() as con:
            variables = load_variables(con)
    except (DamnitError, OSError):
        return []
    return [each.name for each in variables if not computed or each.type is None]


def _database(folder: str | None) -> Database:
    from .store import Database

    return Database(locate_folder(folder).database, timeout_s=TIMEOUT_S)
