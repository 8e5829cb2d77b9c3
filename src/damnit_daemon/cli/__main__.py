"""`python -m damnit_daemon.cli`: how supervisord starts the daemon."""

from __future__ import annotations

from . import main

main()
