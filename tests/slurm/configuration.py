"""Contents of a cluster's configuration files. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Design:
    """A cluster as it is wanted."""

    name: str = "testing"
    nodes: int = 2
    cpus: int = 12
    """That each node claims to have; twenty jobs are to run at the same time."""
    memory_mb: int = 100_000
    partitions: tuple[str, ...] = ("upex", "allgpu")
    """Each holds every node; the first is the default one."""
    accounting: bool = False
    """With slurmdbd: only then `sacct` and `--clusters` work."""
    min_job_age_s: int = 300
    message_timeout_s: int = 2
    """About how long a client tries to reach a controller that is down."""
    slurmd_timeout_s: int = 15
    """After which a node that does not answer is down; on a busy machine it takes its time."""
    max_array_size: int = 1001
    more: tuple[str, ...] = field(default=())

    @property
    def node_names(self) -> list[str]:
        return [f"n{number}" for number in range(1, self.nodes + 1)]


@dataclass(frozen=True)
class Ports:
    """Of 127.0.0.1."""

    controller: int
    database: int
    accounting: int
    nodes: tuple[int, ...]


def slurm_conf(design: Design, folder: Path, host: str, ports: Ports) -> str:
    """Without cgroups and systemd, on loopback only."""
    lines = [
        f"ClusterName={design.name}",
        f"SlurmctldHost={host}(127.0.0.1)",
        f"SlurmctldPort={ports.controller}",
        "SlurmUser=root",
        "SlurmdUser=root",
        "AuthType=auth/munge",
        f"AuthInfo=socket={folder}/run/munge.socket",
        # Else the daemons listen on all addresses.
        "CommunicationParameters=NoInAddrAny,NoCtldInAddrAny",
        f"MessageTimeout={design.message_timeout_s}",
        f"StateSaveLocation={folder}/state",
        f"SlurmdSpoolDir={folder}/spool-%n",
        # We keep the numbers of what we started ourselves.
        f"SlurmctldPidFile={folder}/run/own-slurmctld.pid",
        f"SlurmdPidFile={folder}/run/own-slurmd-%n.pid",
        f"SlurmctldLogFile={folder}/log/slurmctld.log",
        f"SlurmdLogFile={folder}/log/slurmd-%n.log",
        "ProctrackType=proctrack/linuxproc",
        "TaskPlugin=task/none",
        "JobAcctGatherType=jobacct_gather/linux",
        "JobAcctGatherFrequency=task=1",
        "JobAcctGatherParams=OverMemoryKill",
        "MpiDefault=none",
        "SelectType=select/cons_tres",
        "SelectTypeParameters=CR_CPU_Memory",
        "DefMemPerCPU=200",
        "SchedulerType=sched/backfill",
        "SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0",
        "ReturnToService=2",
        "KillWait=1",
        f"MinJobAge={design.min_job_age_s}",
        f"SlurmdTimeout={design.slurmd_timeout_s}",
        "SlurmdParameters=config_overrides",
        f"MaxArraySize={design.max_array_size}",
        *design.more,
    ]
    if design.accounting:
        lines += [
            "AccountingStorageType=accounting_storage/slurmdbd",
            "AccountingStorageHost=127.0.0.1",
            f"AccountingStoragePort={ports.accounting}",
            f"AccountingStoragePass={folder}/run/munge.socket",
        ]
    else:
        lines.append("AccountingStorageType=accounting_storage/none")
    for name, port in zip(design.node_names, ports.nodes, strict=True):
        lines.append(
            f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} "
            f"CPUs={design.cpus} RealMemory={design.memory_mb}"
        )
    for name in design.partitions:
        default = "YES" if name == design.partitions[0] else "NO"
        lines.append(f"PartitionName={name} Nodes=ALL Default={default} MaxTime=INFINITE State=UP")
    return "\n".join(lines) + "\n"


def slurmdbd_conf(folder: Path, ports: Ports, password: str) -> str:
    return f"""\
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge.socket
SlurmUser=root
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={ports.accounting}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
PidFile={folder}/run/own-slurmdbd.pid
LogFile={folder}/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={ports.database}
StorageUser=slurm
StoragePass={password}
StorageLoc=slurm
"""


def init_sql(password: str) -> str:
    return f"""\
CREATE DATABASE IF NOT EXISTS slurm;
CREATE OR REPLACE USER slurm@'127.0.0.1' IDENTIFIED BY '{password}';
GRANT ALL ON slurm.* TO slurm@'127.0.0.1';
"""
