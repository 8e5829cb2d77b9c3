"""Reading of values from the run database."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from damnit_daemon.model import Blob, BlobKind, RunKey, StoredValue
from damnit_daemon.store import NewValue, load_value, load_values, save_values

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 50_000
A, B, OTHER = RunKey(1, 1), RunKey(1, 2), RunKey(2, 1)


@pytest.fixture
def con(database):
    """Three runs of two proposals, with some of everything, written at 10, 20, 30."""
    with database.writing() as con:
        for now, key in ((10.0, A), (20.0, B), (30.0, OTHER)):
            values = [NewValue(key, name, f"{key} {name}") for name in ("a", "b", "g.c")]
            save_values(con, values, now=now)
    with database.writing() as con:
        yield con


def cells(values):
    return {(value.key, value.name) for value in values}


def test_all_values_are_loaded(con):
    values = load_values(con)

    assert cells(values) == {(k, n) for k in (A, B, OTHER) for n in ("a", "b", "g.c")}
    assert all(value.value == f"{value.key} {value.name}" for value in values)
    assert all(isinstance(value.key, RunKey) for value in values)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"keys": [A]}, {(A, "a"), (A, "b"), (A, "g.c")}),
        ({"keys": [A, OTHER, A], "names": ["a"]}, {(A, "a"), (OTHER, "a")}),
        ({"names": {"b"}}, {(A, "b"), (B, "b"), (OTHER, "b")}),
        ({"names": {"b", *"cdefghijklmn"}}, {(A, "b"), (B, "b"), (OTHER, "b")}),
        ({"since": 20.0}, {(OTHER, "a"), (OTHER, "b"), (OTHER, "g.c")}),
        ({"since": 15.0, "names": ["a"]}, {(B, "a"), (OTHER, "a")}),
        ({"since": 15.0, "keys": {A, B}, "names": ["a"]}, {(B, "a")}),
        ({"keys": []}, set()),
        ({"names": []}, set()),
        ({"keys": [RunKey(9, 9)]}, set()),
        ({"names": ["nothing", "'", "\0", "\udc80"]}, set()),
    ],
)
def test_requested_values_are_loaded_alone(con, wanted, found):
    values = load_values(con, **wanted)

    assert cells(values) == found
    assert len(values) == len(found)


def test_values_of_very_many_runs_and_names_are_loaded(con):
    keys = [RunKey(1, run) for run in range(50_000)]

    assert cells(load_values(con, keys=keys, names=[f"n{i}" for i in range(9000)] + ["a"])) == {
        (A, "a"),
        (B, "a"),
    }


def test_blobs_are_loaded_only_on_request(con):
    values = [
        NewValue(A, "png", PNG),
        NewValue(A, "line", np.zeros((2, 100))),
        NewValue(A, "array", np.zeros(100)),
        NewValue(A, "complex", 1j),
        NewValue(A, "pickle", b"\x80\x04N."),
        NewValue(A, "empty", b""),
    ]
    save_values(con, values, now=1.0)
    names = [value.name for value in values]

    found = {value.name: value.value for value in load_values(con, names=names)}
    whole = {value.name: value.value for value in load_values(con, names=names, blobs=True)}

    assert found == {
        "png": Blob(BlobKind.PNG, len(PNG)),
        "line": Blob(BlobKind.TRENDLINE, len(whole["line"])),
        "array": Blob(BlobKind.ARRAY, len(whole["array"])),
        "complex": Blob(BlobKind.COMPLEX, 16),
        "pickle": Blob(BlobKind.UNKNOWN, 4),
        "empty": Blob(BlobKind.UNKNOWN, 0),
    }
    assert whole["png"] == PNG


def test_single_value_is_loaded_with_its_blob(con):
    save_values(con, [NewValue(A, "png", PNG)], now=1.0)

    assert load_value(con, A, "png").value == PNG
    assert load_value(con, A, "nothing") is None


def test_malformed_value_rows_are_read_partially(con):
    con.execute("DELETE FROM run_variables")
    con.execute(
        "INSERT INTO run_variables VALUES "
        "(1, 1, 'a', 1, CAST(x'41ff' AS TEXT), 'noon', 'big', NULL, 5, x'41', 7)"
    )
    con.execute("INSERT INTO run_variables (proposal, run, name) VALUES (1, 1, NULL)")
    con.execute("INSERT INTO run_variables (proposal, run, name) VALUES (1, NULL, 'b')")
    con.execute("INSERT INTO run_variables (proposal, run, name) VALUES ('1', 1, 'c')")
    con.execute("INSERT INTO run_variables (proposal, run, name) VALUES (1, 1, 'd')")

    assert load_values(con) == [
        StoredValue(A, "a", "A\\xff", 0.0, 0.0, None, "5", "A", "7"),
        StoredValue(A, "d", None, 0.0, None, None, None, None, None),
    ]
    assert load_values(con)[0].attributes == {}


def test_values_are_read_without_importing_numpy(database):
    """The app reads before it paints anything."""
    with database.writing() as con:
        save_values(con, [NewValue(A, "a", 1), NewValue(A, "b", np.zeros(3))], now=1.0)
    script = f"""
        import sys
        from pathlib import Path
        from damnit_daemon.store import *
        database = Database(Path({str(database.path)!r}))
        with database.reading() as con:
            print(len(load_values(con)), len(load_columns(con)), len(load_runs(con)))
            print(decode_value(load_value(con, load_runs(con)[0].key, "a")))
        ChangeFeed(database).changes()
        with database.writing() as con:
            save_values(con, [NewValue(load_runs(con)[0].key, "c", 2.5)], now=2.0)
        assert "numpy" not in sys.modules
    """

    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    assert ended.stdout.split() == ["2", "2", "1", "1"]
