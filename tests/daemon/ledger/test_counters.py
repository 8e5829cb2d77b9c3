from damnit_daemon.ledger import count, load_counters


def test_counting(con):
    count(con, "malformed")
    count(con, "malformed", 4)
    count(con, "unknown")

    assert load_counters(con) == {"malformed": 5, "unknown": 1}
