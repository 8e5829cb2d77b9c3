"""The metadata catalogue, with a real HTTP server that can be slow, refuse and lie."""

from __future__ import annotations

import json
import pickle
import threading
import traceback
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from damnit_daemon.runner.mymdc import TOKEN_HEADER, TOKEN_SERVICE_VARIABLE, MyMdc, MyMdcError
from damnit_daemon.runner.secret import Secret

ANSWERS = {
    "/api/mymdc/proposals/by_number/1234/runs/5": {
        "runs": [{"id": 77, "sample_id": 8, "experiment_id": 9}]
    },
    "/api/mymdc/samples/8": {"name": "LaB6"},
    "/api/mymdc/experiments/9": {"name": "Dark"},
    "/api/mymdc/runs/77": {"techniques": [{"identifier": "PaNET01168", "name": "SFX"}]},
    "/api/mymdc/proposals/by_number/1234/runs/6": {"runs": []},
}


class Catalogue(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.seen.append((self.path, dict(self.headers)))
        if server.redirect:
            self.send_response(302)
            self.send_header("Location", f"{server.redirect}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if server.hang.is_set():
            server.release.wait(30)
        if server.status != 200 or self.path not in ANSWERS:
            self.send_error(server.status if server.status != 200 else 404)
            return
        body = server.body or json.dumps(ANSWERS[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append((self.path, form))
        self.server.write_credentials()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


TOKEN = "verysecrettoken"


@contextmanager
def served():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Catalogue)
    server.seen, server.status, server.body, server.redirect = [], 200, b"", ""
    server.hang, server.release = threading.Event(), threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


def write_credentials(proposal, text):
    (proposal / "usr").mkdir(exist_ok=True)
    (proposal / "usr/mymdc-credentials.yml").write_text(text)


@pytest.fixture
def catalogue(tmp_path):
    with served() as server:
        server.write_credentials = lambda: write_credentials(
            tmp_path, f"token: secret\nserver: {server.url}\n"
        )
        yield server


def test_fields_are_read_from_mymdc_once(catalogue, tmp_path):
    catalogue.write_credentials()
    mymdc = MyMdc(1234, 5, tmp_path)
    assert mymdc.field("sample_name") == "LaB6"
    assert mymdc.field("run_type") == "Dark"
    assert mymdc.field("techniques")[0]["name"] == "SFX"
    assert mymdc.field("sample_name") == "LaB6"
    assert len(catalogue.seen) == 4  # each is asked for once
    assert catalogue.seen[0][1]["X-API-key"] == "secret"
    assert catalogue.seen[0][1]["Accept"] == "application/json; version=1"


def test_missing_credentials_are_requested_from_token_service(catalogue, tmp_path, monkeypatch):
    monkeypatch.setenv(TOKEN_SERVICE_VARIABLE, f"{catalogue.url}/write_tokens")
    assert MyMdc(1234, 5, tmp_path).field("run_type") == "Dark"
    assert catalogue.seen[0] == (
        "/write_tokens",
        "proposal_no=1234&kinds=mymdc&overwrite=false&dry_run=false",
    )


def test_run_unknown_to_mymdc_is_an_error(catalogue, tmp_path):
    catalogue.write_credentials()
    with pytest.raises(MyMdcError, match="knows no run 6 of proposal 1234"):
        MyMdc(1234, 6, tmp_path).field("run_type")


@pytest.mark.parametrize("status", [401, 404, 500])
def test_refusal_of_mymdc_is_an_error_with_its_status(catalogue, tmp_path, status):
    catalogue.write_credentials()
    catalogue.status = status
    with pytest.raises(MyMdcError, match=str(status)):
        MyMdc(1234, 5, tmp_path).field("run_type")


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'"x"'])
def test_malformed_answer_of_mymdc_is_an_error(catalogue, tmp_path, body):
    catalogue.write_credentials()
    catalogue.body = body
    with pytest.raises(MyMdcError):
        MyMdc(1234, 5, tmp_path).field("run_type")


def test_timeout_of_mymdc_is_waited_for_once(catalogue, tmp_path):
    catalogue.write_credentials()
    catalogue.hang.set()
    mymdc = MyMdc(1234, 5, tmp_path, timeout_s=0.2)
    for field in ("run_type", "sample_name"):
        with pytest.raises(MyMdcError, match=r"did not respond within 0\.2 s"):
            mymdc.field(field)
    assert len(catalogue.seen) == 1


def test_unreachable_mymdc_is_an_error(catalogue, tmp_path):
    catalogue.write_credentials()
    (tmp_path / "usr/mymdc-credentials.yml").write_text("token: x\nserver: http://127.0.0.1:9\n")
    with pytest.raises(MyMdcError, match=r"cannot be reached at http://127\.0\.0\.1:9"):
        MyMdc(1234, 5, tmp_path).field("run_type")


SECRET_LINES = {
    "no YAML": "token: {TOKEN}: x\nserver: {url}\n",
    "an unfinished quote": "server: {url}\ntoken: '{TOKEN}\n",
    "a tag": "server: {url}\ntoken: !{TOKEN} x\n",
    "an alias": "server: {url}\ntoken: *{TOKEN}\n",
    "a tab": "server: {url}\n\ttoken: {TOKEN}\n",
    "no colon": "server {url}\ntoken {TOKEN}\n",
    "a list": "server: {url}\ntoken: [{TOKEN}]\n",
    "a date that is none": "server: {url}\ntoken: 2020-99-99\nold: {TOKEN}\n",
    "a newline in the token": 'server: {url}\ntoken: "{TOKEN}\\nX: y"\n',
    "a folded token": "server: {url}\ntoken: {TOKEN}\n  more\n",
    "a µ in the token": "server: {url}\ntoken: {TOKEN}µ\n",
    "a password in the address": "server: http://user:{TOKEN}@{host}\ntoken: x\n",
    "a password and no port": "server: http://user:{TOKEN}@127.0.0.1:x\ntoken: x\n",
    "a password and a host that is none": "server: http://user:{TOKEN}@..\ntoken: x\n",
    "another scheme": "server: ftp://user:{TOKEN}@{host}\ntoken: x\n",
    "a token in the query": "server: {url}/?token={TOKEN}\ntoken: x\n",
    "nothing there": "server: http://u:{TOKEN}@127.0.0.1:9\ntoken: {TOKEN}\n",
    "a server that refuses": "server: {url}\ntoken: {TOKEN}\n",
}


@pytest.mark.parametrize("kind", SECRET_LINES)
@pytest.mark.parametrize("status", [200, 401, 500])
def test_errors_show_neither_token_nor_password(catalogue, tmp_path, kind, status):
    host = catalogue.url.removeprefix("http://")
    line = SECRET_LINES[kind].format(TOKEN=TOKEN, url=catalogue.url, host=host)
    write_credentials(tmp_path, line)
    catalogue.status, catalogue.body = status, json.dumps([TOKEN]).encode()
    with pytest.raises(MyMdcError) as raised:
        MyMdc(1234, 5, tmp_path).field("run_type")
    assert TOKEN not in "".join(traceback.format_exception(raised.value))
    assert "MyMdC" in str(raised.value)


def test_secret_is_hidden_in_text_and_cannot_be_pickled():
    secret = Secret(TOKEN)
    for text in (
        str(secret),
        repr(secret),
        f"{secret} {secret!r:>30}",
        f"{[secret]}",
    ):
        assert TOKEN not in text
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_password_in_server_address_is_sent_as_basic_authorization(catalogue, tmp_path):
    host = catalogue.url.removeprefix("http://")
    write_credentials(tmp_path, f"server: http://user:pass@{host}/\ntoken: {TOKEN}\n")
    assert MyMdc(1234, 5, tmp_path).field("run_type") == "Dark"
    assert catalogue.seen[0][1]["Authorization"].startswith("Basic ")


def test_redirect_to_another_host_does_not_carry_the_token(catalogue, tmp_path):
    write_credentials(tmp_path, f"server: {catalogue.url}\ntoken: {TOKEN}\n")
    with served() as other:
        catalogue.redirect = other.url.replace("127.0.0.1", "localhost")
        other.status = 401
        with pytest.raises(MyMdcError, match="401"):
            MyMdc(1234, 5, tmp_path).field("run_type")
        assert catalogue.seen[0][1][TOKEN_HEADER] == TOKEN
        assert other.seen
        assert TOKEN not in str(other.seen)


def test_overlong_answer_of_mymdc_is_an_error(catalogue, tmp_path):
    catalogue.write_credentials()
    catalogue.body = b"[" * 5_000_000
    with pytest.raises(MyMdcError, match="The request to MyMdC"):
        MyMdc(1234, 5, tmp_path).field("run_type")


@pytest.mark.parametrize("text", ["", "[1, 2]", "token: x", "{"])
def test_malformed_credentials_are_an_error(tmp_path, text):
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr/mymdc-credentials.yml").write_text(text)
    with pytest.raises(MyMdcError, match="credentials"):
        MyMdc(1234, 5, tmp_path).field("run_type")


def test_unreachable_mymdc_fails_only_its_variable(runner, catalogue, data_root, monkeypatch):
    runner.environment[TOKEN_SERVICE_VARIABLE] = "http://127.0.0.1:9/none"
    outcome = runner.run(
        "from damnit_ctx import Variable\n"
        "@Variable\ndef kind(run, k: 'mymdc#run_type'): return k\n"
        "@Variable\ndef other(run): return 1\n"
    )
    message, kind = outcome.error("kind")
    assert kind == "MyMdcError"
    assert "cannot be reached" in message
    assert outcome.data("other") == 1
