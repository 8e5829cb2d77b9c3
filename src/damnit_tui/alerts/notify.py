"""Notify a user who is not watching: the bell, a terminal notification, tmux."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping

TMUX_TIMEOUT_S = 2.0
MUTE = {"linux", "dumb", ""}
_SAFE = re.compile(r"[^\w .,:;=<>()+/%–·-]")
"""Characters allowed in an escape sequence: none that could end it, or begin another."""


def notification(text: str, environ: Mapping[str, str]) -> str:
    """Escape sequences for a terminal notification; empty if none is supported.

    OSC 9 (iTerm2, kitty, WezTerm, Windows Terminal) and OSC 777 (urxvt, foot, VTE);
    terminals ignore the one that they do not know. Inside tmux they are passed through.
    """
    if environ.get("TERM", "") in MUTE:
        return ""
    safe = _SAFE.sub("?", text)[:200]
    sequences = [f"\x1b]9;{safe}\x1b\\", f"\x1b]777;notify;DAMNIT;{safe}\x1b\\"]
    if environ.get("TMUX"):
        sequences = [
            f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\" for sequence in sequences
        ]
    return "".join(sequences)


def call(text: str, write: Callable[[str], object], environ: Mapping[str, str]) -> None:
    """Notify the user: for workers, as tmux may block.

    Args:
        text: The message.
        write: Sends characters to the terminal, past the screen.
        environ: The environment, to identify the terminal.
    """
    write("\a" + notification(text, environ))
    tmux = shutil.which("tmux") if environ.get("TMUX") else None
    if tmux is not None:
        # `#` would begin a tmux format.
        message = f"DAMNIT: {_SAFE.sub('?', text)}"
        try:
            subprocess.run(
                [tmux, "display-message", message],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=TMUX_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            pass
