"""Counters in the ledger."""

from damnit_daemon.ledger import count, load_counters


def test_counters_add_up(con):
    count(con, "malformed")
    count(con, "malformed", 4)
    count(con, "unknown")

    assert load_counters(con) == {"malformed": 5, "unknown": 1}
