"""Apache Kafka 0.9: real code for the log, for groups and for restarts; the protocol of 2016."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from . import parts
from .broker import Broker
from .process import ServerProcess, free_port

LOGGING = """\
log4j.rootLogger=WARN, c
log4j.appender.c=org.apache.log4j.ConsoleAppender
log4j.appender.c.layout=org.apache.log4j.PatternLayout
log4j.appender.c.layout.ConversionPattern=%d %p %m (%c)%n
"""
ZOOKEEPER = """\
dataDir={folder}/zookeeper
clientPort={zookeeper}
clientPortAddress=127.0.0.1
tickTime=500
maxClientCnxns=0
"""
KAFKA = """\
broker.id=0
listeners=PLAINTEXT://127.0.0.1:{port}
advertised.host.name=127.0.0.1
advertised.port={port}
log.dirs={folder}/log
zookeeper.connect=127.0.0.1:{zookeeper}
zookeeper.session.timeout.ms=2000
num.partitions=2
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
controlled.shutdown.enable=false
group.min.session.timeout.ms=500
"""


PATIENCE_S = 60.0
LOOK_S = 0.1


class ApacheKafka(Broker):
    """Apache Kafka 0.9.0.1 with ZooKeeper, on disk, two processes."""

    api_version = "0.9"
    has_timestamps = False

    def __init__(self, folder: Path) -> None:
        port, zookeeper = free_port(), free_port()
        self._zookeeper_port = zookeeper
        self.address = f"127.0.0.1:{port}"
        names = {"folder": folder, "port": port, "zookeeper": zookeeper}
        (folder / "log4j.properties").write_text(LOGGING)
        (folder / "zk.properties").write_text(ZOOKEEPER.format(**names))
        (folder / "server.properties").write_text(KAFKA.format(**names))
        java = ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        java += [f"-Dlog4j.configuration=file:{folder}/log4j.properties", "-cp", parts.kafka_jars()]
        main = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
        self._zookeeper = ServerProcess(
            [*java, main, str(folder / "zk.properties")], zookeeper, folder / "zookeeper.log"
        )
        self._broker = ServerProcess(
            [*java, "kafka.Kafka", str(folder / "server.properties")], port, folder / "kafka.log"
        )
        self._zookeeper.start()

    def start(self) -> None:
        # One that was killed is registered until its session ends; another of the same number
        # would find that, and give up.
        deadline = time.monotonic() + PATIENCE_S
        while self._is_registered():
            assert time.monotonic() < deadline, "the session of the broker before does not end"
            time.sleep(LOOK_S)
        self._broker.start()

    def _is_registered(self) -> bool:
        """Whether ZooKeeper takes the broker to be alive."""
        with socket.create_connection(("127.0.0.1", self._zookeeper_port), 10) as asked:
            asked.sendall(b"dump")
            answer = b"".join(iter(lambda: asked.recv(1 << 16), b""))
        return b"/brokers/ids/0" in answer

    def kill(self) -> None:
        self._broker.kill()

    def stop(self) -> None:
        self._broker.stop()
        self._zookeeper.stop()
