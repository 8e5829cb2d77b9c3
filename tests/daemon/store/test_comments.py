"""Reading of notes."""

from damnit_daemon.store import Note, load_notes


def test_notes_are_ordered_by_time_and_have_an_id(database, other):
    other.executescript("""
        INSERT INTO time_comments VALUES (300, 'later'), (100.5, 'earlier');
        INSERT INTO time_comments VALUES (NULL, NULL), ('200', x'ff68');
    """)

    with database.reading() as con:
        assert load_notes(con) == [
            Note(3, 0.0, ""),
            Note(2, 100.5, "earlier"),
            Note(4, 200.0, r"\xffh"),
            Note(1, 300.0, "later"),
        ]
