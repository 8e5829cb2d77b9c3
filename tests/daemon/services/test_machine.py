"""CPUs and memory that this process may use."""

from __future__ import annotations

import os

import pytest

from damnit_daemon.services.machine import memory_is_short, usable_cpus

ALLOWED = len(os.sched_getaffinity(0))


def cpus(tmp_path, line, **files):
    """CPUs of a process in the group of `line`, for files written as `a__b__cpu_max`."""
    for name, text in files.items():
        path = tmp_path / "cgroup" / name.replace("__", "/").replace("cpu_", "cpu.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "self").write_text(line + "\n")
    return usable_cpus(cgroups=tmp_path / "cgroup", membership=tmp_path / "self")


def test_quota_of_a_group_limits_the_cpus(tmp_path):
    assert cpus(tmp_path, "0::/a/b", a__b__cpu_max="150000 100000\n") == 1


def test_quota_of_a_group_above_limits_the_cpus(tmp_path):
    quotas = {"a__b__cpu_max": "max 100000\n", "a__cpu_max": "50000 100000\n"}
    assert cpus(tmp_path, "0::/a/b", **quotas) == 1


def test_quota_of_an_old_group_limits_the_cpus(tmp_path):
    files = {"cpu,cpuacct__x__cpu_cfs_quota_us": "100000\n"}
    files["cpu,cpuacct__x__cpu_cfs_period_us"] = "100000\n"
    assert cpus(tmp_path, "4:cpu,cpuacct:/x", **files) == 1


@pytest.mark.parametrize("line", ["0::/", "0::/../..", "3:memory:/x", "", "nonsense", "0::/gone"])
def test_without_a_quota_affinity_counts(tmp_path, line):
    assert cpus(tmp_path, line, cpu_max="max 100000\n") == ALLOWED


def test_memory_is_short_below_a_tenth(tmp_path):
    meminfo = tmp_path / "meminfo"
    for available, expected in [(99, True), (101, False)]:
        meminfo.write_text(f"MemTotal: 1000 kB\nMemAvailable: {available} kB\n")
        assert memory_is_short(meminfo) is expected
    for text in ("", "MemTotal: x kB\n", "MemTotal: 5 kB\n"):
        meminfo.write_text(text)
        assert not memory_is_short(meminfo)
