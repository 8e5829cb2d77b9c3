"""A real Slurm on this machine: controller, nodes, and with `accounting` its database.

python -m tests.slurm.cluster start DIR [--accounting] [--name NAME]
export SLURM_CONF=DIR/slurm.conf            # all that a client needs
python -m tests.slurm.cluster stop DIR
python -m tests.slurm.cluster controller-stop DIR      and -start, node-stop, node-start
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

from damnit_daemon.slurm import slurm_environment
from tests.brokers.process import free_port
from tests.slurm.configuration import Design, Ports, init_sql, slurm_conf, slurmdbd_conf
from tests.slurm.daemon import DaemonFailed, SlurmDaemon
from tests.slurm.needed import program, why_not

START_S = 60.0
LONGEST_FOLDER = 85
"""munge's socket must have a name of at most 107 bytes."""


class Cluster:
    """Daemons and files below a folder.

    Attributes:
        folder: Holds everything; its path has to be short.
        environment: What a client's environment needs besides.
    """

    def __init__(self, folder: Path, design: Design | None = None, *, with_us: bool = True) -> None:
        """Prepare.

        Args:
            folder: Where all of it is kept.
            design: As it is wanted, or None for the one that was started here before.
            with_us: Whether the daemons end when our process does.
        """
        if len(str(folder)) > LONGEST_FOLDER:
            raise ValueError(f"{folder} is too long a name for munge's socket")
        self.folder = folder
        self._notes = folder / "cluster.json"
        if design is None:
            notes = json.loads(self._notes.read_text())
            ports = notes.pop("ports")
            design = Design(**notes | {k: tuple(notes[k]) for k in ("partitions", "more")})
            self._ports = Ports(**ports | {"nodes": tuple(ports["nodes"])})
        else:
            self._ports = Ports(
                free_port(), free_port(), free_port(), tuple(free_port() for _ in design.node_names)
            )
        self.design = design
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf")}
        self._password = secrets.token_hex(12)
        self._daemons = self._make_daemons(with_us)

    def start(self) -> None:
        """Start everything; return when the nodes are idle.

        Raises:
            DaemonFailed: If something does not come up.
        """
        self._write_files()
        self._up(
            "munged", lambda: self._works("munge", "-n", "-S", f"{self.folder}/run/munge.socket")
        )
        if self.design.accounting:
            self._start_accounting()
        self.start_controller()
        for name in self.design.node_names:
            self.start_node(name)

    def stop(self) -> None:
        """End the jobs and all daemons."""
        if self._daemons["slurmctld"].pid:
            self._end_jobs()
        for name in reversed(self._daemons):
            self._daemons[name].stop()
        self._end_leftovers()

    def start_controller(self) -> None:
        self._up("slurmctld", lambda: "UP" in self.run("scontrol", "ping", check=False))

    def stop_controller(self) -> None:
        self._daemons["slurmctld"].stop()

    def start_node(self, name: str) -> None:
        self._up(f"slurmd-{name}", lambda: self.node_state(name) in ("idle", "mixed", "allocated"))

    def stop_node(self, name: str) -> None:
        """Let the node's daemon end; jobs on it go on, and nobody hears of them."""
        self._daemons[f"slurmd-{name}"].stop()

    def kill_node(self, name: str) -> None:
        """As if the node had lost its power: its daemon and all its jobs end at once."""
        self._daemons[f"slurmd-{name}"].kill()
        victims = [pid for pid in self._ours() if self._node_of(pid) == name]
        # First those that watch over the jobs: without power nobody tells how a job ended.
        for pid in {_parent(pid) for pid in victims} & set(self._ours()):
            _kill(pid)
        for pid in victims:
            _kill(pid)

    def node_state(self, name: str) -> str:
        return self.run("sinfo", "-hN", "-n", name, "-o", "%T", check=False).split("\n")[0].strip()

    def set_node(self, name: str, state: str) -> None:
        """`down` or `idle`, at once."""
        words = ["reason=test"] if state == "down" else []
        self.run("scontrol", "update", f"nodename={name}", f"state={state}", *words)

    def reserve(self, name: str, *, nodes: str = "n2", minutes: int = 60) -> None:
        self.run(
            "scontrol", "create", "reservation", f"reservationname={name}", "starttime=now",
            f"duration={minutes}", f"nodes={nodes}", "users=root", "flags=IGNORE_JOBS",
            f"partitionname={self.design.partitions[0]}",
        )  # fmt: skip

    def expire(self, name: str) -> None:
        """Let a reservation end in a moment."""
        end = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(time.time() + 2))
        self.run("scontrol", "update", f"reservationname={name}", f"endtime={end}")

    def pid(self, name: str) -> int:
        """The id of one of the daemons; 0 if it does not run."""
        return self._daemons[name].pid

    def run(self, *words: str, check: bool = True) -> str:
        """Run a command as a client; what it printed."""
        environment = slurm_environment(os.environ) | self.environment
        done = subprocess.run(
            words, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False, timeout=60,
        )  # fmt: skip
        if check and done.returncode:
            raise DaemonFailed(f"{' '.join(words)}: {done.stderr}")
        return done.stdout

    def _make_daemons(self, with_us: bool) -> dict[str, SlurmDaemon]:
        f, ports = self.folder, self._ports
        commands = {
            "munged": [
                "munged", "--foreground", "--force", f"--key-file={f}/key/munge.key",
                f"--socket={f}/run/munge.socket", f"--pid-file={f}/run/own-munged.pid",
                f"--log-file={f}/log/munged.log", f"--seed-file={f}/key/seed",
            ],
        }  # fmt: skip
        if self.design.accounting:
            commands["mariadbd"] = [
                "mariadbd", "--no-defaults", "--user=root", f"--datadir={f}/mysql",
                f"--socket={f}/run/mysql.sock", "--bind-address=127.0.0.1",
                f"--port={ports.database}", f"--pid-file={f}/run/own-mariadbd.pid",
                f"--log-error={f}/log/mariadbd.log", "--skip-name-resolve",
                f"--init-file={f}/key/init.sql", "--innodb-log-file-size=64M",
                "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0",
                "--innodb-lock-wait-timeout=900",
            ]  # fmt: skip
            commands["slurmdbd"] = ["slurmdbd", "-D"]
        conf = self.environment["SLURM_CONF"]
        commands["slurmctld"] = ["slurmctld", "-D", "-f", conf]
        for name in self.design.node_names:
            commands[f"slurmd-{name}"] = ["slurmd", "-D", "-N", name, "-f", conf]
        return {
            name: SlurmDaemon(name, [program(words[0]), *words[1:]], f, with_us=with_us)
            for name, words in commands.items()
        }

    def _write_files(self) -> None:
        for name in ("run", "log", "state", "key"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        (self.folder / "key").chmod(0o700)
        _write(self.folder / "key/munge.key", secrets.token_bytes(128))
        host = socket.gethostname().partition(".")[0]
        text = slurm_conf(self.design, self.folder, host, self._ports)
        (self.folder / "slurm.conf").write_text(text)
        self._notes.write_text(json.dumps(asdict(self.design) | {"ports": asdict(self._ports)}))

    def _start_accounting(self) -> None:
        data = self.folder / "mysql"
        if not (data / "mysql").exists():
            with (self.folder / "log/install-db.log").open("wb") as log:
                subprocess.run(
                    [program("mariadb-install-db"), "--no-defaults", "--user=root",
                     "--skip-test-db", f"--datadir={data}",
                     "--auth-root-authentication-method=socket"],
                    stdout=log, stderr=log, check=True,
                )  # fmt: skip
        _write(self.folder / "key/init.sql", init_sql(self._password).encode())
        conf = slurmdbd_conf(self.folder, self._ports, self._password)
        _write(self.folder / "slurmdbd.conf", conf.encode())
        self._up("mariadbd", lambda: (self.folder / "run/mysql.sock").exists())
        self._up("slurmdbd", lambda: self._works("sacctmgr", "-n", "list", "clusters"))
        self.run("sacctmgr", "-i", "add", "cluster", self.design.name, check=False)

    def _works(self, *words: str) -> bool:
        environment = slurm_environment(os.environ) | self.environment
        return not subprocess.run(
            words, env=environment, capture_output=True, check=False, timeout=60
        ).returncode

    def _up(self, name: str, condition) -> None:
        daemon = self._daemons[name]
        daemon.start()
        deadline = time.monotonic() + START_S
        while not condition():
            daemon.fail_if_ended()
            if time.monotonic() > deadline:
                raise DaemonFailed(f"{name} does not come up:\n{daemon.last_words()}")
            time.sleep(0.02)

    def _end_jobs(self) -> None:
        self.run("scancel", "--user=root", check=False)
        deadline = time.monotonic() + 5
        while self.run("squeue", "-h", check=False).strip() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _end_leftovers(self) -> None:
        """What jobs left behind, and the processes that watch over them."""
        for pid in self._ours():
            _kill(pid)

    def _ours(self) -> list[int]:
        """Processes of nodes and jobs, by our configuration in their environment."""
        mark = f"SLURM_CONF={self.environment['SLURM_CONF']}".encode()
        daemons = {daemon.pid for daemon in self._daemons.values()}
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                words = path.read_bytes().split(b"\0")
                command = (path.parent / "cmdline").read_bytes()
            except OSError:
                continue
            in_job = any(word.startswith(b"SLURM_JOB_ID=") for word in words)
            if mark in words and (in_job or command.startswith(b"slurmstepd")):
                found.append(int(path.parent.name))
        return [pid for pid in found if pid not in daemons and pid != os.getpid()]

    def _node_of(self, pid: int) -> str:
        try:
            words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return ""
        for word in words:
            if word.startswith(b"SLURMD_NODENAME="):
                return word.partition(b"=")[2].decode()
        return next((w.decode() for w in command if w in {b"n1", b"n2"}), "")


def _write(path: Path, content: bytes) -> None:
    """Write what only we may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.slurm.cluster", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = ["start", "stop", "controller-start", "controller-stop", "node-start", "node-stop"]
    parser.add_argument("action", choices=actions)
    parser.add_argument("folder", type=Path)
    parser.add_argument("node", nargs="?", default="n1")
    parser.add_argument("--accounting", action="store_true")
    parser.add_argument("--name", default="testing")
    given = parser.parse_args(words)
    folder = given.folder.resolve()
    if given.action == "start":
        if reason := why_not(accounting=given.accounting):
            sys.exit(reason)
        design = replace(Design(), name=given.name, accounting=given.accounting)
        Cluster(folder, design, with_us=False).start()
        print(f"export SLURM_CONF={folder}/slurm.conf")
        return
    cluster = Cluster(folder, with_us=False)
    match given.action:
        case "stop":
            cluster.stop()
        case "controller-start":
            cluster.start_controller()
        case "controller-stop":
            cluster.stop_controller()
        case "node-start":
            cluster.start_node(given.node)
        case "node-stop":
            cluster.stop_node(given.node)


if __name__ == "__main__":
    main()
