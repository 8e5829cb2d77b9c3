"""A real Slurm on this machine, started for the tests without systemd, and tests against it.

`cluster` is also a command: `python -m tests.slurm.cluster start DIR`.
"""
