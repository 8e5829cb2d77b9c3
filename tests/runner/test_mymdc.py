"""The metadata catalogue, against a real HTTP server that can be slow, refuse and lie."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from damnit_daemon.runner.mymdc import TOKEN_SERVICE_VARIABLE, MyMdc, MyMdcError

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


@pytest.fixture
def catalogue(tmp_path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Catalogue)
    server.seen, server.status, server.body = [], 200, b""
    server.hang, server.release = threading.Event(), threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"

    def write_credentials():
        (tmp_path / "usr").mkdir(exist_ok=True)
        (tmp_path / "usr/mymdc-credentials.yml").write_text(
            f"token: secret\nserver: {server.url}\n"
        )

    server.write_credentials = write_credentials
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_fields(catalogue, tmp_path):
    catalogue.write_credentials()
    mymdc = MyMdc(1234, 5, tmp_path)
    assert mymdc.field("sample_name") == "LaB6"
    assert mymdc.field("run_type") == "Dark"
    assert mymdc.field("techniques")[0]["name"] == "SFX"
    assert mymdc.field("sample_name") == "LaB6"
    assert len(catalogue.seen) == 4  # each is asked for once
    assert catalogue.seen[0][1]["X-API-key"] == "secret"
    assert catalogue.seen[0][1]["Accept"] == "application/json; version=1"


def test_credentials_are_asked_for(catalogue, tmp_path, monkeypatch):
    monkeypatch.setenv(TOKEN_SERVICE_VARIABLE, f"{catalogue.url}/write_tokens")
    assert MyMdc(1234, 5, tmp_path).field("run_type") == "Dark"
    assert catalogue.seen[0] == (
        "/write_tokens",
        "proposal_no=1234&kinds=mymdc&overwrite=false&dry_run=false",
    )


def test_a_run_it_does_not_know(catalogue, tmp_path):
    catalogue.write_credentials()
    with pytest.raises(MyMdcError, match="knows no run 6 of proposal 1234"):
        MyMdc(1234, 6, tmp_path).field("run_type")


@pytest.mark.parametrize("status", [401, 404, 500])
def test_refusals_carry_the_status(catalogue, tmp_path, status):
    catalogue.write_credentials()
    catalogue.status = status
    with pytest.raises(MyMdcError, match=str(status)):
        MyMdc(1234, 5, tmp_path).field("run_type")


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'"x"'])
def test_answers_that_are_none(catalogue, tmp_path, body):
    catalogue.write_credentials()
    catalogue.body = body
    with pytest.raises(MyMdcError):
        MyMdc(1234, 5, tmp_path).field("run_type")


def test_silence_is_waited_for_once(catalogue, tmp_path):
    catalogue.write_credentials()
    catalogue.hang.set()
    mymdc = MyMdc(1234, 5, tmp_path, timeout_s=0.2)
    for field in ("run_type", "sample_name"):
        with pytest.raises(MyMdcError, match=r"did not answer within 0\.2 s"):
            mymdc.field(field)
    assert len(catalogue.seen) == 1


def test_nobody_there(catalogue, tmp_path):
    catalogue.write_credentials()
    (tmp_path / "usr/mymdc-credentials.yml").write_text("token: x\nserver: http://127.0.0.1:9\n")
    with pytest.raises(MyMdcError, match=r"cannot be reached at http://127\.0\.0\.1:9"):
        MyMdc(1234, 5, tmp_path).field("run_type")


@pytest.mark.parametrize("text", ["", "[1, 2]", "token: x", "{"])
def test_credentials_that_are_none(tmp_path, text):
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr/mymdc-credentials.yml").write_text(text)
    with pytest.raises(MyMdcError, match="credentials"):
        MyMdc(1234, 5, tmp_path).field("run_type")


def test_in_a_context_file(runner, catalogue, data_root, monkeypatch):
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
