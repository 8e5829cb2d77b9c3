from damnit_daemon.ledger import recall, remember


def test_what_is_remembered_last_is_recalled(con):
    assert recall(con, "first look") is None
    remember(con, "first look", 1.5)
    remember(con, "first look", "done")

    assert recall(con, "first look") == "done"


def test_the_ledgers_own_notes_are_others(ledger):
    with ledger.writing() as con:
        remember(con, "format", 99)
        assert recall(con, "format") == 99

    with ledger.reading() as con:
        assert recall(con, "format") == 99
