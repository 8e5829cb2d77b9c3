"""The served table, by plain HTTP against the real command."""

import gzip
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from damnit_daemon.export import TableSelection
from damnit_daemon.export import server as server_module
from damnit_daemon.export.server import LiveTable, TableServer
from damnit_daemon.model import RunKey
from damnit_daemon.store import NewValue, create_database, ensure_run, save_values

from .daemon_process import wait_until

KEY = RunKey(1234, 1)


@pytest.fixture
def database(tmp_path):
    database = create_database(tmp_path / "runs.sqlite", proposal=1234, context_python=None)
    with database.writing() as con:
        ensure_run(con, KEY, added_at=10, start_time=10)
        save_values(con, [NewValue(KEY, "text", "<script>alert(1)</script>")], now=10)
    return database


@pytest.fixture
def served(database):
    """The port and the path of a folder that the command serves, and its process."""
    command = [sys.executable, "-m", "damnit_tui", "serve", str(database.path.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline() for _ in range(5)]
        port, path = re.search(r"http://127\.0\.0\.1:(\d+)(/[\w-]{32}/)\n", lines[1]).groups()
        assert f"-L {port}:127.0.0.1:{port} " in lines[3]
        yield int(port), path, process
        process.kill()


def get(port, path, method="GET", host=None, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        host = {"Host": host} if host is not None else {}
        connection.request(method, path, headers={**host, **headers})
        answer = connection.getresponse()
        return answer, answer.read()


def table_of(port, path):
    return json.loads(get(port, f"{path}table.json")[1])


def test_served_table_follows_the_database_and_is_only_read(database, served):
    port, path, process = served
    answer, page = get(port, path)
    assert answer.status == 200
    assert b"table.json" in page
    assert "&lt;script&gt;" in table_of(port, path)["html"]
    answer, _ = get(port, f"{path}table.json")
    again, body = get(port, f"{path}table.json", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status, body) == (304, b"")
    before = sorted(database.path.parent.iterdir())
    with database.writing() as con:
        save_values(con, [NewValue(KEY, "text", "changed")], now=2e9)
    wait_until(lambda: "<td>changed" in table_of(port, path)["html"])
    assert sorted(database.path.parent.iterdir()) == before
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


@pytest.fixture
def server(database):
    live = LiveTable(database, TableSelection(), "Runs")
    live.refresh()
    with TableServer(live) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def path_of(server):
    return f"/{server.token}/"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("{}", {}, 200),
        ("{}", {"host": "localhost:9999"}, 200),
        ("{}", {"host": "[::1]"}, 200),
        ("{}", {"host": "evil.example:80"}, 403),
        ("{}", {"host": ""}, 403),
        ("/", {}, 403),
        ("/wrong/", {}, 403),
        ("/wrong/table.json", {}, 403),
        ("{}x", {}, 404),
        ("{}../runs.sqlite", {}, 404),
        ("{}", {"method": "POST"}, 501),
        ("{}", {"method": "DELETE"}, 501),
        ("{}", {"method": "HEAD"}, 200),
    ],
)
def test_only_the_token_and_local_names_open_the_page(server, path, headers, status):
    answer, _ = get(server.server_port, path.format(path_of(server)), **headers)
    assert answer.status == status
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_served_table_is_compressed_for_those_who_ask(server):
    path = f"{path_of(server)}table.json"
    answer, body = get(server.server_port, path, **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(body))["problem"] == ""


def test_connections_are_limited_in_number_and_time(server, monkeypatch):
    monkeypatch.setattr(server_module, "MOST_CONNECTIONS", 2)
    monkeypatch.setattr(server_module, "LONGEST_S", 0.5)
    address = ("127.0.0.1", server.server_port)
    with socket.create_connection(address) as one, socket.create_connection(address) as two:
        for idle in (one, two):
            idle.sendall(b"GET / HTTP/1.1\r\n")
        with socket.create_connection(address) as third:
            third.settimeout(20)
            assert third.recv(1) == b""
        for idle in (one, two):
            idle.settimeout(20)
            assert idle.recv(1) == b""
    wait_until(lambda: get(*address[1:], path_of(server))[0].status == 200)


def test_a_problem_is_shown_with_the_last_table(server):
    server.live.report("The database is locked.")
    found = table_of(server.server_port, path_of(server))
    assert found["problem"] == "The database is locked."
    assert "<td" in found["html"]


def test_most_runs_are_left_out(database, monkeypatch):
    monkeypatch.setattr(server_module, "MOST_RUNS", 2)
    with database.writing() as con:
        for run in range(2, 6):
            ensure_run(con, RunKey(1234, run), added_at=10)
    live = LiveTable(database, TableSelection(), "Runs")
    live.refresh()
    text = json.loads(live.table.body)["html"]
    assert re.findall(r'<td class="n">1234<td class="n">(\d)', text) == ["5", "4"]
    assert "The first 2 of 5 runs." in text


@pytest.mark.parametrize("option", ["--filter=nothing > 1", "--port={port}"])
def test_serving_what_cannot_be_served_ends_with_the_reason(database, server, option):
    arguments = [option.format(port=server.server_port)]
    command = [sys.executable, "-m", "damnit_tui", "serve", str(database.path.parent), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
