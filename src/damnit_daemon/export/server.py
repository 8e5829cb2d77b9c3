"""Serve the table to browsers: read-only, on this machine only, to those who have the token.

Requests are answered from memory: the table is read and rendered once per change, however many
clients there are, and nothing that they send reaches the database or the file system.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ..errors import DamnitError
from ..store import Database
from .follow import follow_table
from .live_page import POLICY, live_page
from .table import TableSelection, load_table
from .text import html_tables

HOST = "127.0.0.1"
LOCAL_NAMES = frozenset({"localhost", HOST, "[::1]"})
"""Names by which browsers may address the server: others are pages that rebind their DNS name."""
MOST_RUNS = 2000
MOST_CONNECTIONS = 50
TIMEOUT_S = 10.0
"""Maximum time without progress of a client."""
LONGEST_S = 60.0
"""Maximum duration of a connection."""


@dataclass(frozen=True)
class _Content:
    """A response body, with its gzip and its entity tag."""

    body: bytes
    type: str
    zipped: bytes
    etag: str


def _content(body: bytes, type: str) -> _Content:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return _Content(body, type, gzip.compress(body, 5, mtime=0), etag)


class LiveTable:
    """The newest state of a table, rendered for browsers.

    Args:
        database: The run database.
        choice: The part of the table; at most `MOST_RUNS` runs, the newest first unless sorted.
    """

    def __init__(self, database: Database, choice: TableSelection, title: str) -> None:
        self.page = _content(live_page(title).encode(), "text/html; charset=utf-8")
        self.table = _content(b"", "application/json")
        self._database = database
        self._choice = choice
        self._html = ""
        self._updated = 0.0

    def refresh(self) -> None:
        """Read and render the table.

        Raises:
            DamnitError: If it cannot be read, or the filter or a column is not valid.
        """
        table = load_table(self._database, self._choice)
        runs = table.runs if self._choice.sort else table.runs[::-1]
        text = "".join(html_tables(replace(table, runs=runs[:MOST_RUNS])))
        if len(runs) > MOST_RUNS:
            text += f"<p>The first {MOST_RUNS:,} of {len(runs):,} runs.\n"
        if why := table.why_empty():
            text += f"<p>{why[:1].upper()}{why[1:]}\n"
        if text != self._html:
            self._html, self._updated = text, time.time()
        self.report("")

    def report(self, problem: str) -> None:
        """Show a problem on the page, or that there is none any more."""
        content = {"updated": self._updated, "problem": problem, "html": self._html}
        self.table = _content(json.dumps(content).encode(), self.table.type)


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD, by HTTP/1.0: one request for each connection."""

    server: TableServer
    timeout = TIMEOUT_S
    server_version, sys_version = "damnit-tui", ""

    def do_GET(self) -> None:
        """Send the page or the table."""
        content = self._content()
        if isinstance(content, HTTPStatus):
            self.send_error(content)
            return
        if self.headers.get("If-None-Match") == content.etag:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.send_header("ETag", content.etag)
            self.end_headers()
            return
        is_zipped = "gzip" in self.headers.get("Accept-Encoding", "")
        body = content.zipped if is_zipped else content.body
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", content.type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", content.etag)
        self.send_header("Vary", "Accept-Encoding")
        if is_zipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 – the name that http.server looks for

    def _content(self) -> _Content | HTTPStatus:
        name = self.headers.get("Host", "").rpartition(":")
        host = name[0] if name[2].isdigit() else "".join(name)
        _, _, rest = self.path.partition("/")
        token, _, file = rest.partition("/")
        is_known = hmac.compare_digest(token.encode(), self.server.token.encode())
        if host.lower() not in LOCAL_NAMES or not is_known:
            return HTTPStatus.FORBIDDEN
        files = {"": self.server.live.page, "table.json": self.server.live.table}
        return files.get(file, HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Add the headers of every response."""
        for name, value in (
            ("Cache-Control", "no-cache"),
            ("Content-Security-Policy", POLICY),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Referrer-Policy", "no-referrer"),  # the address holds the token
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
        ):
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing: requests hold the token."""


class TableServer(ThreadingHTTPServer):
    """Serves a table on this machine only.

    Args:
        live: The table.
        port: 0 for any that is free.

    Raises:
        DamnitError: If the port cannot be used.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, live: LiveTable, port: int = 0) -> None:
        self.live = live
        self.token = secrets.token_urlsafe(24)
        self._open: dict[Any, float] = {}
        """Connections, and when they began."""
        self._lock = threading.Lock()
        try:
            super().__init__((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise DamnitError(f"Port {port} cannot be used: {reason}.") from error

    @property
    def url(self) -> str:
        """The address of the page, with the token."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def verify_request(self, request: Any, _client: Any) -> bool:
        """Refuse connections over the limit."""
        with self._lock:
            if len(self._open) >= MOST_CONNECTIONS:
                return False
            self._open[request] = time.monotonic()
        return True

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection, and close it."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """End connections that last too long."""
        begun_before = time.monotonic() - LONGEST_S
        with self._lock:
            late = [each for each, begun in self._open.items() if begun < begun_before]
        for request in late:
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, _request: Any, _client: Any) -> None:
        """Ignore clients that go away or are too slow."""


def serve_table(
    database: Database,
    choice: TableSelection,
    title: str,
    port: int,
    announce: Callable[[TableServer], None],
) -> None:
    """Serve a table until `KeyboardInterrupt` or SIGTERM.

    Args:
        database: The run database; it is only read.
        choice: The part of the table.
        title: Title of the page.
        port: 0 for any that is free.
        announce: Called once when the server is ready.

    Raises:
        DamnitError: If the table cannot be read, or the port not be used.
        KeyboardInterrupt: At the end.
    """
    live = LiveTable(database, choice, title)
    live.refresh()
    with TableServer(live, port) as server:
        threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
        announce(server)
        try:
            follow_table(database, live.refresh, live.report)
        finally:
            server.shutdown()
