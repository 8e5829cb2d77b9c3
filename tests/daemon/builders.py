"""Make DAMNIT folders, and look at what is in them."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from damnit_daemon.init_folder import create_folder
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import Database, load_values

IMPORTS = "from damnit_ctx import Cell, Skip, Variable\n"


def make_damnit_folder(path, context="", *, proposal=1234, python=Path(sys.executable)):
    folder = DamnitFolder(path)
    create_folder(
        folder, proposal, context=IMPORTS + textwrap.dedent(context), context_python=python
    )
    return folder


def keys(*runs, proposal=1234):
    return [RunKey(proposal, run) for run in runs]


def cells(folder, run=1, proposal=1234):
    """Values of a run by name; of errors, their class and message."""
    with Database(folder.database).reading() as con:
        values = load_values(con, keys=[RunKey(proposal, run)])
    return {v.name: _error(v) or v.value for v in values}


def is_error(value):
    """Tell an error of `cells`, with its reason, from a value, which may be a `Blob`."""
    return type(value) is tuple and bool(value[1])


def _error(stored):
    if "error" not in stored.attributes:
        return None
    return stored.attributes["error_cls"], stored.attributes["error"]
