"""Encode pixels in memory as PNG; pure."""

from __future__ import annotations

import struct
import zlib

LEVEL = 3
"""Compression level: higher ones take longer than they save, also on a slow line."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE, _RGB = 3, 2


def encode_png(pixels: bytes, width: int, height: int, palette: bytes = b"") -> bytes:
    """Encode a PNG.

    Args:
        pixels: Row by row; one byte per pixel with a palette, else three.
        width: In pixels.
        height: In pixels.
        palette: At most 256 colours of three bytes; empty if the pixels are colours.
    """
    row = width if palette else 3 * width
    # Every row begins with its filter type: none.
    lines = b"".join(b"\0" + pixels[at : at + row] for at in range(0, row * height, row))
    kind = _PALETTE if palette else _RGB
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(lines, LEVEL)), (b"IEND", b"")]
    if palette:
        chunks.insert(1, (b"PLTE", palette))
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)
