"""The journal of edits in the ledger."""

import pytest

from damnit_daemon.ledger import Edit, append_edit, load_edits

from .builders import NOW, run_key


def edit(run=1, name="comment", old=None, new="good"):
    return Edit(NOW, "me", run_key(run), name, old, new)


@pytest.mark.parametrize("value", [None, 5, 0.1, "text", b"\x00\xff", 2**63 - 1])
def test_journal_keeps_old_and_new_values(con, value):
    append_edit(con, edit(old=value, new=value))

    assert load_edits(con) == [edit(old=value, new=value)]


def test_journal_is_newest_first_and_can_be_filtered(con):
    edits = [edit(1), edit(2), edit(1, "score"), edit(1, new="bad")]
    for each in edits:
        append_edit(con, each)

    assert load_edits(con) == edits[::-1]
    assert load_edits(con, limit=1) == [edits[3]]
    assert load_edits(con, key=run_key(1)) == [edits[3], edits[2], edits[0]]
    assert load_edits(con, key=run_key(1), name="comment") == [edits[3], edits[0]]
    assert load_edits(con, name="score") == [edits[2]]
