from damnit_daemon.ledger import get_value, set_value


def test_what_is_remembered_last_is_recalled(con):
    assert get_value(con, "first look") is None
    set_value(con, "first look", 1.5)
    set_value(con, "first look", "done")

    assert get_value(con, "first look") == "done"


def test_the_ledgers_own_notes_are_others(ledger):
    with ledger.writing() as con:
        set_value(con, "format", 99)
        assert get_value(con, "format") == 99

    with ledger.reading() as con:
        assert get_value(con, "format") == 99
