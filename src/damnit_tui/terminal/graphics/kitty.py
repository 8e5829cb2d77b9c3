"""Kitty's graphics protocol, as far as it is needed; pure.

https://sw.kovidgoyal.net/kitty/graphics-protocol/
"""

from __future__ import annotations

from base64 import standard_b64encode

CHUNK = 4096
"""Most characters of one command."""
BEGIN, END = "\x1b_G", "\x1b\\"
_SILENT = "q=2"
"""No replies: they would mix with the keys."""


def transmission(image: int, png: bytes, columns: int, rows: int) -> str:
    """Return the commands that send an image, to be drawn behind placeholders.

    Args:
        image: Its number.
        png: The file.
        columns: Width in characters.
        rows: Height in characters.
    """
    data = standard_b64encode(png).decode("ascii")
    chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
    head = f"a=T,U=1,f=100,t=d,i={image},c={columns},r={rows},"
    commands = []
    for number, chunk in enumerate(chunks):
        more = int(number + 1 < len(chunks))
        commands.append(f"{BEGIN}{head if not number else ''}{_SILENT},m={more};{chunk}{END}")
    return "".join(commands)


def deletion(image: int) -> str:
    """Return the command that deletes an image and its data."""
    return f"{BEGIN}a=d,d=I,i={image},{_SILENT}{END}"


def through_tmux(commands: str) -> str:
    """Wrap commands for the terminal behind tmux, which forwards one command at a time."""
    parts = commands.split(END)[:-1]
    doubled = (f"{part}{END}".replace("\x1b", "\x1b\x1b") for part in parts)
    return "".join(f"\x1bPtmux;{part}\x1b\\" for part in doubled)
