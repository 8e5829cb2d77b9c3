"""Cells that can be edited, and reasons for those that cannot."""

import pytest

from damnit_daemon.model import Blob, BlobKind, Column
from damnit_tui.fixed_columns import COMMENT, TIME
from damnit_tui.table.edit_rules import LONGEST_TYPED, edit_type, why_not_editable

from ..conftest import stored


@pytest.mark.parametrize("type_name", ["boolean", "integer", "number", "string"])
def test_user_variables_can_be_edited(type_name):
    column = Column("v", "V", "", type_name)
    assert edit_type(column) == type_name
    assert why_not_editable(column, stored(1)) == why_not_editable(column, None) == ""


def test_comment_is_edited_as_text_without_a_type():
    assert edit_type(Column("comment", "Comment")) == "string"
    assert why_not_editable(COMMENT, None) == ""


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        (TIME, None, "read from the run's data"),
        (Column("v", "V\x1b"), None, "V␛ is computed"),
        (Column("v", "V", "", "date"), None, "unsupported type date"),
        (COMMENT, stored(Blob(BlobKind.PNG, 5)), "an image or array"),
        (COMMENT, stored(b"x"), "an image or array"),
        (COMMENT, stored("x" * (LONGEST_TYPED + 1)), "10001 characters"),
    ],
)
def test_cell_that_cannot_be_edited_names_the_reason(column, value, why):
    assert why in why_not_editable(column, value)
