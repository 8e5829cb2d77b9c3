"""Requirements of a real Slurm on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol")
NEEDED_TO_ACCOUNT = ("slurmdbd", "mariadbd", "mariadb-install-db", "sacctmgr")
PLUGIN = "accounting_storage_mysql.so"
PACKAGES = "slurm-wlm munge"
PACKAGES_TO_ACCOUNT = "slurmdbd mariadb-server-core mariadb-client-core slurm-wlm-mysql-plugin"
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def why_not(*, accounting: bool = False) -> str:
    """Why no cluster can be started here; empty if one can."""
    if os.getuid() != 0:
        return "Slurm is started for tests by root only"
    missing = [
        name
        for name in NEEDED + (NEEDED_TO_ACCOUNT if accounting else ())
        if shutil.which(name, path=PATH) is None
    ]
    if accounting and not any(Path("/usr/lib").glob(f"**/slurm-wlm/{PLUGIN}")):
        missing.append(PLUGIN)
    if not missing:
        return ""
    packages = f"{PACKAGES} {PACKAGES_TO_ACCOUNT}" if accounting else PACKAGES
    return f"missing {', '.join(missing)}; apt-get install --no-install-recommends {packages}"


def program(name: str) -> str:
    """Its path, also of one that only root usually has on the search path."""
    return shutil.which(name, path=PATH) or name
