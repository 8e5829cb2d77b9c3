"""Draw a picture with Matplotlib in a separate process, so that no other one has to import it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from .errors import DamnitError
from .own_python import SAFE_DIRECTORY, module_command, own_environment

TIMEOUT_S = 120


def draw_picture(job: Mapping[str, Any]) -> None:
    """Draw a picture into a PNG file.

    Args:
        job: What `hdf5.render_png` draws, as JSON: the view of a variable, or the points of a plot.

    Raises:
        DamnitError: If it cannot be drawn or written.
    """
    try:
        done = subprocess.run(
            module_command("damnit_daemon.hdf5.render_png"),
            input=json.dumps(job), capture_output=True, text=True, check=False,
            timeout=TIMEOUT_S, env=own_environment(), cwd=SAFE_DIRECTORY,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise DamnitError(f"Rendering took longer than {TIMEOUT_S} s.") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it exited without a message"]
        raise DamnitError(f"Rendering failed: {lines[-1]}")
