"""Key-value pairs in the ledger."""

from damnit_daemon.ledger import get_value, set_value


def test_last_value_of_a_key_is_returned(con):
    assert get_value(con, "first look") is None
    set_value(con, "first look", 1.5)
    set_value(con, "first look", "done")

    assert get_value(con, "first look") == "done"


def test_key_format_does_not_change_ledger_format(ledger):
    with ledger.writing() as con:
        set_value(con, "format", 99)
        assert get_value(con, "format") == 99

    with ledger.reading() as con:
        assert get_value(con, "format") == 99
