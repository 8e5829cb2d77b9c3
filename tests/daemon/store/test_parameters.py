"""Parameters in the run database, as in DAMNIT's branch."""

from __future__ import annotations

import json

import pytest

from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.store import (
    NameTaken,
    NewValue,
    StoredParameter,
    ensure_run,
    load_columns,
    load_parameters,
    run_parameters,
    save_new_run_value,
    save_parameters,
    save_values,
    update_computed_variables,
)
from damnit_daemon.store.variables import add_user_variable


@pytest.fixture
def con(database):
    with database.writing() as con:
        yield con


THRESHOLD = StoredParameter(VariableInfo("threshold", "Threshold", None, "number", ("t",)), 2.5)
IS_ON = StoredParameter(VariableInfo("cam.is_on", "Cam/On", "text", "boolean"), False)
RUN = RunKey(1234, 5)


def attributes(con, name):
    ((text,),) = con.execute("SELECT attributes FROM variables WHERE name = ?", (name,)).fetchall()
    return None if text is None else json.loads(text)


def test_parameters_are_stored_once_and_are_not_editable(con):
    assert save_parameters(con, [THRESHOLD, IS_ON]) == ["threshold", "cam.is_on"]
    assert save_parameters(con, [THRESHOLD, IS_ON]) == []
    assert load_parameters(con) == [THRESHOLD, IS_ON]
    assert attributes(con, "cam.is_on") == {"param_default": False}
    assert [column.type for column in load_columns(con)] == [None, None]
    assert update_computed_variables(con, []) == []


def test_value_for_new_runs_outlives_another_default_but_not_another_type(con):
    save_parameters(con, [THRESHOLD])
    save_new_run_value(con, "threshold", 4.0)
    changed = StoredParameter(THRESHOLD.info, 3.0)
    assert save_parameters(con, [changed]) == ["threshold"]
    assert attributes(con, "threshold") == {"param_default": 3.0, "param_value_new_run": 4.0}
    text = StoredParameter(THRESHOLD.info._replace(type="string"), "high")
    save_parameters(con, [text])
    assert load_parameters(con) == [text]


def test_parameter_no_longer_declared_becomes_a_computed_variable(con):
    save_parameters(con, [THRESHOLD])
    assert save_parameters(con, []) == ["threshold"]
    assert load_parameters(con) == []
    assert update_computed_variables(con, [VariableInfo("threshold", "T")]) == ["threshold"]


def test_user_editable_variable_is_not_replaced(con):
    add_user_variable(con, VariableInfo("threshold", "Mine", None, "number"))
    with pytest.raises(NameTaken):
        save_parameters(con, [THRESHOLD])


def test_new_run_gets_the_value_for_new_runs_and_a_processed_one_keeps_its_own(con):
    save_parameters(con, [THRESHOLD, IS_ON])
    save_new_run_value(con, "threshold", 4.0)
    ensure_run(con, RUN, added_at=1.0)
    assert run_parameters(con, RUN) == {"threshold": 4.0}
    con.execute("UPDATE run_info SET start_time = 1.0")
    assert run_parameters(con, RUN) == {}
    values = [("threshold", 7), ("cam.is_on", 1), ("other", 3)]
    save_values(con, [NewValue(RUN, n, v, provenance="context.py") for n, v in values], now=2.0)
    assert run_parameters(con, RUN) == {"threshold": 7.0, "cam.is_on": True}
    save_values(con, [NewValue(RUN, "threshold", "high", provenance="x")], now=3.0)
    assert run_parameters(con, RUN) == {"cam.is_on": True}


@pytest.mark.parametrize(
    "text",
    ["[param_default", '{"param_default": [1]}', '{"param_default": "x"}', '["param_default"]'],
)
def test_attributes_of_strangers_are_no_parameter(con, text):
    save_parameters(con, [THRESHOLD])
    con.execute("UPDATE variables SET attributes = ?", (text,))
    assert load_parameters(con) == []
    assert run_parameters(con, RUN) == {}
