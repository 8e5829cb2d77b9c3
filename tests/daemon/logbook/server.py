"""A small server with the two addresses of DAMNIT's logbook service, and Zulip's for uploads."""

from __future__ import annotations

import json
import threading
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = "s3cret"


class LogbookServer:
    """Serves until it is closed; keeps what it was sent."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, bytes]] = []
        """Topic, text and picture of each message."""
        self.accepts = 1000
        """After so many messages it is full."""
        self.elsewhere = ""
        """Where it sends those that ask it for something."""
        self.keys: list[str | None] = []
        """What it was given as keys."""
        self.uploaded: list[tuple[str, bytes]] = []
        """Name and content of each file."""
        self.takes_uploads = True
        """Whether it knows of them at all."""
        self.largest = 1 << 30
        """Bytes of an upload."""
        self.uploads_elsewhere = ""
        """Where it sends those that upload."""
        self.link = "/user_uploads/2/ab/{name}"
        """What it says where an upload is."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if outer.elsewhere:
                    self.send_response(302)
                    self.send_header("Location", f"{outer.elsewhere}{self.path}")
                    self.end_headers()
                    return
                if self._knows() and self.path == "/me":
                    self._answer(200, json.dumps({"stream": "p1234"}))

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if self.path == "/api/v1/user_uploads":
                    self._take_upload(body)
                    return
                if not self._knows():
                    return
                if len(outer.received) >= outer.accepts:
                    self._answer(500, "full")
                    return
                parts = urlsplit(self.path)
                assert parts.path == "/send_message"
                (topic,) = parse_qs(parts.query)["topic"]
                text, picture = content_of(self.headers["Content-Type"], body)
                outer.received.append((topic, text, picture))
                self._answer(200, "{}")

            def _take_upload(self, body):
                if outer.uploads_elsewhere:
                    self.send_response(307)  # with body and all
                    self.send_header("Location", f"{outer.uploads_elsewhere}{self.path}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                if not self._knows():
                    return
                if not outer.takes_uploads:
                    self._answer(404, "not here")
                    return
                name, content = file_of(self.headers["Content-Type"], body)
                if len(content) > outer.largest:
                    said = {"result": "error", "msg": "File is larger than the allowed limit"}
                    self._answer(413, json.dumps(said))
                    return
                outer.uploaded.append((name, content))
                place = outer.link.format(name=name)
                self._answer(200, json.dumps({"result": "success", "uri": place}))

            def _knows(self):
                outer.keys.append(self.headers.get("X-API-key"))
                if self.headers.get("X-API-key") == KEY:
                    return True
                self._answer(401, "no")
                return False

            def _answer(self, status, text):
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


def content_of(kind: str, body: bytes) -> tuple[str, bytes]:
    """What a form holds, however it was encoded."""
    if not kind.startswith("multipart/"):
        return parse_qs(body.decode())["content"][0], b""
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    parts = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in message.get_payload()
    }
    return parts["content"].decode(), parts.get("image", b"")


def file_of(kind: str, body: bytes) -> tuple[str, bytes]:
    """Name and content of the one file that a form holds."""
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    (part,) = message.get_payload()
    assert part.get_param("name", header="content-disposition") == "filename"
    return part.get_filename(), part.get_payload(decode=True)
