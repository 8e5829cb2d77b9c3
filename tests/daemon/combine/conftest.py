"""A DAMNIT folder with a real database, and a maker of fragments."""

from __future__ import annotations

import itertools

import pytest

from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import create_database

from ..hdf5.builders import KEY, Fragment


@pytest.fixture
def folder(tmp_path):
    folder = DamnitFolder(tmp_path / "amore")
    folder.path.mkdir()
    create_database(folder.database, proposal=KEY.proposal, context_python=None)
    folder.extracted_data.mkdir()
    return folder


@pytest.fixture
def fragment(folder):
    numbers = itertools.count()

    def make(key=KEY, **how):
        name = f"p{key.proposal}_r{key.run}.{next(numbers):08}.ready.h5"
        return Fragment(folder.extracted_data / name, **how)

    return make
