"""Colour maps: perceptually uniform and safe for the colour-blind.

The tables hold every eighth colour of the published maps; colours between are interpolated:
viridis and magma by Stéfan van der Walt and Nathaniel Smith (BIDS/colormap, CC0), cividis by
Jamie Nuñez, Christopher Anderton and Ryan Renslow (PLoS ONE 13, e0199239, 2018; CC0).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

RGB = tuple[int, int, int]
SHADES = " ░▒▓█"
"""From minimum to maximum, where there are no colours."""
MISSING_SHADE = "×"

_VIRIDIS = (
    "440154470d6048186a482374472d7b4537814240863e49893b528b375b8d33638d2f6b8e2c728e297a8e26828e"
    "23898e21908c1f978b1f9f8821a68527ad8131b57b3ebc744dc26c5cc8636ece5882d34d95d840aadc32c0df25"
    "d5e21aeae51afde725"
)
_CIVIDIS = (
    "00224e00285b002e6a0533711a386f273e6e32436d3b496c434e6c4b546c535a6d5a5f6e61656f686a716f7073"
    "7676767c7c788381798b8778928d789a9376a29975aaa073b3a670bbad6dc3b369ccba64d4c15fddc858e6d051"
    "efd748f8df3cfee838"
)
_MAGMA = (
    "0000040303120a0822130d341d114729115a36106b440f7650127c5d177f691c817621818226818f2a819c2e7f"
    "a9337db6367ac33b75cf4070db476ae65164ee5c5ef46a5cf9785dfb8861fd9668fea571feb47bfec287fed194"
    "fde0a1fceeb0fcfdbf"
)


class ColourMap(NamedTuple):
    """A table of 256 colours."""

    name: str
    table: Any
    """uint8, (256, 3)."""
    missing: RGB
    """Colour of non-finite numbers; not in the map."""

    def colours(self, levels: Any) -> Any:
        """Return colours for numbers from 0 to 1, clipped to that range; NaN is the missing colour.

        Returns:
            uint8 with a last dimension of 3.
        """
        levels = np.asarray(levels, np.float64)
        absent = np.isnan(levels)
        index = np.clip(np.where(absent, 0, levels) * 255 + 0.5, 0, 255).astype(np.uint8)
        found = self.table[index]
        found[absent] = self.missing
        return found

    def indexed(self, levels: Any) -> tuple[bytes, bytes]:
        """Return colours as palette indices; the last palette entry is the missing colour.

        Returns:
            A byte for each number; the palette.
        """
        levels = np.asarray(levels, np.float64)
        absent = np.isnan(levels)
        index = np.clip(np.where(absent, 0, levels) * 254 + 0.5, 0, 254).astype(np.uint8)
        index[absent] = 255
        kept = np.rint(np.arange(255) * (255 / 254)).astype(int)
        return index.tobytes(), self.table[kept].tobytes() + bytes(self.missing)


def _table(hexadecimal: str) -> Any:
    anchors = np.frombuffer(bytes.fromhex(hexadecimal), np.uint8).reshape(-1, 3)
    places = np.linspace(0, 255, len(anchors))
    channels = [np.interp(np.arange(256), places, anchors[:, c]) for c in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


MAPS = (
    ColourMap("viridis", _table(_VIRIDIS), (110, 110, 110)),
    ColourMap("cividis", _table(_CIVIDIS), (190, 60, 60)),
    ColourMap("magma", _table(_MAGMA), (70, 110, 110)),
    ColourMap("gray", _table("000000ffffff"), (150, 70, 20)),
)


def shades(levels: Any) -> Any:
    """Return characters for numbers from 0 to 1; `×` for NaN."""
    levels = np.asarray(levels, np.float64)
    absent = np.isnan(levels)
    index = np.clip(np.where(absent, 0, levels) * len(SHADES), 0, len(SHADES) - 1).astype(int)
    found = np.array(list(SHADES))[index]
    found[absent] = MISSING_SHADE
    return found
