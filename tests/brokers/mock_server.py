"""Program: librdkafka's mock cluster behind a proxy on a fixed port of 127.0.0.1.

Takes a port and the path of the library, and JSON lists on stdin: `["down"]`,
`["up"]`, `["errors", request, code, …]`; says a line when it is done. Ends when
stdin does.
"""

from __future__ import annotations

import ctypes
import json
import selectors
import socket
import sys
import threading


class MockCluster:
    """A cluster of one broker, which advertises a port that is not its own."""

    def __init__(self, library: str, advertised_port: int) -> None:
        self._lib = lib = ctypes.CDLL(library)
        lib.rd_kafka_new.restype = lib.rd_kafka_mock_cluster_new.restype = ctypes.c_void_p
        lib.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
        reason = ctypes.create_string_buffer(512)
        handle = ctypes.c_void_p(lib.rd_kafka_new(0, None, reason, 512))
        self._cluster = ctypes.c_void_p(lib.rd_kafka_mock_cluster_new(handle, 1))
        bootstraps = lib.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()
        self.port = int(bootstraps.rsplit(":", 1)[1])
        lib.rd_kafka_mock_broker_set_host_port(self._cluster, 1, b"127.0.0.1", advertised_port)
        lib.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 100)

    def push_errors(self, request: int, codes: list[int]) -> None:
        """Have the next requests of a kind answered so."""
        array = (ctypes.c_int * len(codes))(*codes)
        self._lib.rd_kafka_mock_push_request_errors_array(
            self._cluster, ctypes.c_int16(request), ctypes.c_size_t(len(codes)), array
        )


class Proxy:
    """Passes bytes on between a port and another, unless it is down."""

    def __init__(self, port: int, target: int) -> None:
        self._port, self._target = port, target
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def up(self) -> None:
        """Take connections."""
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self._port))
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def down(self) -> None:
        """Take none, and cut those that there are."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            for end in self._open:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            for end in client, server:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        with self._lock:
            self._open |= {client, server}
        with selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            try:
                while all(self._pass_on(key.fileobj, key.data) for key, _ in ready.select()):
                    pass
            except OSError:
                pass
        with self._lock:
            self._open -= {client, server}
        client.close()
        server.close()

    def _pass_on(self, source, target) -> bool:
        received = source.recv(65536)
        if received:
            target.sendall(received)
        return bool(received)


def serve(port: int, library: str) -> None:
    """Do as told until nobody tells any more."""
    cluster = MockCluster(library, port)
    proxy = Proxy(port, cluster.port)
    proxy.up()
    for line in sys.stdin:
        word, *rest = json.loads(line)
        if word == "errors":
            cluster.push_errors(rest[0], rest[1:])
        else:
            {"down": proxy.down, "up": proxy.up}[word]()
        print("done", flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
