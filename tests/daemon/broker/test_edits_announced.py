"""Announcement of edits to DAMNIT's other programs through the broker."""

from __future__ import annotations

import json
import time

import pytest

from damnit_daemon.edit import Editor, broadcast
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import ValueEdit, create_database, load_setting, save_setting
from tests.brokers.process import free_port

from .topic_reader import consuming, read

pytestmark = pytest.mark.extended

KEY = RunKey(1234, 42)


def make_editor(tmp_path, addresses, api_version=""):
    database = create_database(tmp_path / "runs.sqlite", proposal=1234, context_python=None)
    with database.writing() as con:
        save_setting(con, "broker", ",".join(addresses))
        save_setting(con, "kafka_api_version", api_version)
        topic = f"test.damnit.db-{load_setting(con, 'db_id')}"
    return Editor(DamnitFolder(tmp_path), author="me@here", environment={}), topic


def test_edits_are_announced_in_the_format_of_damnit(broker, tmp_path, monkeypatch):
    monkeypatch.setattr(broadcast, "CLOSE_TIMEOUT_S", 60.0)
    editor, topic = make_editor(tmp_path, broker.settings().addresses, broker.api_version)
    editor.define_variable(VariableInfo("dose", "Dose", "In mJ.", "number"))
    editor.set_values([ValueEdit(KEY, "dose", None, 0.5)])
    editor.add_runs(1)
    editor.close()

    with consuming(broker.settings(topic)) as consumer:
        messages = [json.loads(record.value) for record in read(consumer, 3)]

    # They may come out of order: the topic may have several partitions.
    assert sorted(messages, key=str) == sorted(
        [
            {
                "msg_kind": "variable_set",
                "data": {
                    "name": "dose",
                    "title": "Dose",
                    "description": "In mJ.",
                    "tags": None,
                    "attributes": None,
                    "type": "number",
                },
            },
            {
                "msg_kind": "run_values_updated",
                "data": {"run": 42, "proposal": 1234, "values": {"dose": None}},
            },
            {
                "msg_kind": "run_values_updated",
                "data": {"run": 43, "proposal": 1234, "values": {"comment": None}},
            },
        ],
        key=str,
    )


def test_unreachable_broker_delays_no_edit(tmp_path):
    editor, _ = make_editor(tmp_path, [f"127.0.0.1:{free_port()}"])
    import kafka  # noqa: F401 – importing it is not the broker's doing

    begin_s = time.monotonic()
    editor.set_values([ValueEdit(KEY, "comment", None, "dark")])
    edited_s = time.monotonic() - begin_s
    editor.close()

    assert edited_s < 5
    assert time.monotonic() - begin_s < 30
