"""A run processed by both programs with one context file, with equal results."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

import pytest

from damnit_daemon.model import RunKey
from tests.interop import on_disk
from tests.interop.agreement import disagreements, table_disagreements
from tests.interop.compare import difference
from tests.interop.our_view import OurView
from tests.interop.sides import Ours, Peer, data_environment
from tests.interop.test_writers_agree import row_differences

from .made_up_data import PROPOSAL, RUN, write_data

CONTEXT = Path(__file__).parent / "contexts" / "experiment.py"
NAMES = [
    node.name
    for node in ast.parse(CONTEXT.read_text()).body
    if isinstance(node, ast.FunctionDef) and node.decorator_list and node.name != "scan"
]
STATED = {
    "a_cell": {"summary_method"},  # theirs names it though the cell gave the value itself
    "pulse_ids": {"value"},  # the two draw long lines with other points
}
"""What differs in a row on purpose."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    """The run processed by each, in one Python: that of the experiment."""
    python = os.environ.get("DAMNIT_REAL_LIFE_PYTHON")
    if not python:
        pytest.skip("DAMNIT_REAL_LIFE_PYTHON names no Python with DAMNIT and EXtra")
    scratch = tmp_path_factory.mktemp("real-life")
    write_data(scratch / "data")
    environment = data_environment(scratch / "data")
    peer = Peer(python, environment, scratch / "template")
    ours = Ours(sys.executable, environment)
    found = {"theirs": scratch / "theirs", "ours": scratch / "ours"}
    peer.make_folder(found["theirs"], "types", PROPOSAL)
    ours.make_folder(found["ours"], "types", PROPOSAL)
    for folder in found.values():
        (folder / "context.py").write_bytes(CONTEXT.read_bytes())
    ours.daemon("--in", found["ours"], "db-config", "context_python", python)
    peer.process(found["theirs"], RUN)
    ours.process(found["ours"], RUN)
    return found


@pytest.fixture(scope="module")
def rows(folders):
    return [on_disk.value_rows(folders[side]) for side in ("theirs", "ours")]


@pytest.fixture(scope="module")
def views(folders):
    """What either reader finds, each in what the other program wrote."""
    python = os.environ["DAMNIT_REAL_LIFE_PYTHON"]
    peer = Peer(python, data_environment(folders["ours"]), folders["ours"].parent / "template")
    return {side: (peer.look(folders[side]), OurView(folders[side])) for side in folders}


@pytest.mark.parametrize("name", NAMES)
def test_both_programs_store_equal_rows_in_the_database(rows, name):
    theirs, ours = (side.get(name) for side in rows)
    assert theirs is not None
    assert row_differences(theirs, ours) == STATED.get(name, set())


def test_all_but_the_failing_variables_have_values(rows):
    without = {n for n, row in rows[1].items() if row["attributes"].get("error_cls")}
    assert without == {"no_source", "needs_no_source", "skipped", "failing"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("side", ["theirs", "ours"])
def test_both_readers_agree_on_a_value(views, side, name):
    theirs, ours = views[side]
    assert disagreements(theirs, ours, RunKey(PROPOSAL, RUN), name) == {}


@pytest.mark.parametrize("name", NAMES)
def test_both_programs_compute_equal_values(views, name):
    (theirs, _), (ours, _) = views["theirs"], views["ours"]
    one, other = (
        look.content["runs"][str(RUN)]["variables"].get(name, {}).get("read")
        for look in (theirs, ours)
    )
    if one is None or other is None:
        assert one is other
        return
    assert difference(theirs.decode(one), ours.decode(other)) is None


def test_values_that_damnit_fails_to_store_are_stored(folders, tmp_path):
    python = os.environ["DAMNIT_REAL_LIFE_PYTHON"]
    ours = Ours(sys.executable, data_environment(folders["ours"].parent / "data"))
    ours.make_folder(tmp_path / "ours", "types", PROPOSAL)
    source = CONTEXT.with_name("lost_there.py").read_bytes()
    (tmp_path / "ours" / "context.py").write_bytes(source)
    ours.daemon("--in", tmp_path / "ours", "db-config", "context_python", python)
    ours.process(tmp_path / "ours", RUN)
    view = OurView(tmp_path / "ours")
    key = RunKey(PROPOSAL, RUN)
    assert view.data(key, "bins").values.tolist() == [1.5, 3.0, 4.5]
    assert view.data(key, "quantity") == pytest.approx(9.3, abs=0.1)
    assert view.attributes(key, "quantity")["units"] == "keV"
    assert view.data(key, "fine") == 1


@pytest.mark.parametrize("side", ["theirs", "ours"])
def test_both_readers_agree_on_the_table(views, side):
    assert table_disagreements(*views[side]) == []
