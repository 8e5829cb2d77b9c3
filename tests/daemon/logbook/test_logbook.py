"""The logbook client against a small real server that answers like DAMNIT's proxy."""

from __future__ import annotations

import pytest

from damnit_daemon import logbook as module
from damnit_daemon.errors import DamnitError
from damnit_daemon.logbook import MOST_CHARACTERS, NoUploads, load_logbook, split_message

from .server import KEY, LogbookServer


@pytest.fixture
def server():
    with LogbookServer() as running:
        yield running


def configure(folder, server, **more):
    lines = ["[ZULIP]", f"url = {server.url}", f"key = {more.pop('key', KEY)}"]
    lines += [f"{name} = {value}" for name, value in more.items()]
    (folder / "zulip.cfg").write_text("\n".join(lines), "utf-8")
    return load_logbook(folder)


def test_message_arrives_in_its_topic(tmp_path, server):
    logbook = configure(tmp_path, server, topics='["shift", "beam"]')
    assert logbook.topics == ("shift", "beam")
    assert logbook.stream() == "p1234"
    assert logbook.send("shift", "### Run 1\n50 % & more?") == 1
    assert server.received == [("shift", "### Run 1\n50 % & more?", b"")]


def test_picture_is_sent_with_first_message_part(tmp_path, server):
    text = "\n".join("x" * 99 for _ in range(250))
    assert configure(tmp_path, server).send("plots", text, b"\x89PNG picture") == 3
    topics, texts, pictures = zip(*server.received, strict=True)
    assert set(topics) == {"plots"}
    assert "\n".join(texts) == text
    assert pictures == (b"\x89PNG picture", b"", b"")


def test_unknown_key_is_reported_without_showing_it(tmp_path, server):
    logbook = configure(tmp_path, server, key="stolen")
    with pytest.raises(DamnitError, match="rejects this key"):
        logbook.stream()
    assert "stolen" not in repr(logbook)


def test_key_is_not_sent_to_another_server_on_redirect(tmp_path, server):
    with LogbookServer() as other:
        server.elsewhere = other.url.replace("127.0.0.1", "localhost")
        with pytest.raises(DamnitError, match="refused it: 302"):
            configure(tmp_path, server).stream()
        assert other.keys == []


def test_non_ascii_key_is_refused(tmp_path, server):
    with pytest.raises(DamnitError, match="is incomplete"):
        configure(tmp_path, server, key="ключ")


def test_partly_sent_message_reports_number_of_sent_parts(tmp_path, server):
    server.accepts = 1
    with pytest.raises(DamnitError, match=r"refused it: 500 full.* 1 of 2 messages were sent"):
        configure(tmp_path, server).send("shift", "\n".join(["y" * 6000] * 2))


def test_unreachable_logbook_server_is_reported(tmp_path, server):
    logbook = configure(tmp_path, server)
    server.close()
    with pytest.raises(DamnitError, match="does not respond"):
        logbook.send("shift", "hello")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "There is no zulip.cfg"),
        ("nonsense", "cannot be read"),
        ("[ZULIP]\nurl = http://here", "is incomplete"),
        ("[ZULIP]\nkey = 1\nurl = file:///etc/passwd", "is incomplete"),
        ("[OTHER]\nkey = 1", "is incomplete"),
    ],
)
def test_invalid_logbook_configuration_is_reported(tmp_path, text, said):
    if text is not None:
        (tmp_path / "zulip.cfg").write_text(text)
    with pytest.raises(DamnitError, match=said):
        load_logbook(tmp_path)


def test_invalid_topics_are_ignored(tmp_path, server):
    assert configure(tmp_path, server, topics="shift").topics == ()


def test_overlong_line_is_split():
    parts = split_message("a" * (2 * MOST_CHARACTERS + 5) + "\nb")
    assert [len(part) for part in parts] == [MOST_CHARACTERS, MOST_CHARACTERS, 7]
    assert split_message("") == [""]


PNG = b"\x89PNG\r\n\x1a\n and more"


def test_picture_is_uploaded(tmp_path, server):
    link = configure(tmp_path, server).upload("xgm.png", PNG)
    assert link == "/user_uploads/2/ab/xgm.png"
    assert server.uploaded == [("xgm.png", PNG)]


def test_oversized_upload_is_refused_before_sending(tmp_path, server, monkeypatch):
    server.largest = 10
    with pytest.raises(DamnitError, match=r"refused it: 413 .*allowed limit"):
        configure(tmp_path, server).upload("xgm.png", PNG)
    monkeypatch.setattr(module, "MOST_BYTES", len(PNG) - 1)
    before = len(server.keys)
    with pytest.raises(DamnitError, match="is larger than"):
        configure(tmp_path, server).upload("xgm.png", PNG)
    assert len(server.keys) == before  # nothing was sent


def test_key_is_not_sent_to_another_server_on_upload_redirect(tmp_path, server):
    with LogbookServer() as other:
        server.uploads_elsewhere = other.url.replace("127.0.0.1", "localhost")
        with pytest.raises(DamnitError, match="refused it: 307"):
            configure(tmp_path, server).upload("xgm.png", PNG)
        assert (other.keys, other.uploaded) == ([], [])


def test_server_without_uploads_raises_no_uploads(tmp_path, server):
    server.takes_uploads = False
    with pytest.raises(NoUploads):
        configure(tmp_path, server).upload("xgm.png", PNG)


@pytest.mark.parametrize(
    "link",
    ["", "nowhere", "javascript:alert(1)", "/user_uploads/a) [b](http://c", "/user_uploads/\x1b"],
)
def test_invalid_upload_link_is_refused(tmp_path, server, link):
    server.link = link
    with pytest.raises(DamnitError, match="sent an invalid response"):
        configure(tmp_path, server).upload("xgm.png", PNG)
