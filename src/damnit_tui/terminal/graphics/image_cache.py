"""The images held by the terminal: sent once, deleted when replaced."""

from __future__ import annotations

import random
from collections.abc import Callable, MutableMapping

from .kitty import deletion, through_tmux, transmission
from .png import encode_png
from .raster import Raster


class ImageCache:
    """The image in each slot."""

    def __init__(
        self,
        send: Callable[[str], object],
        images: MutableMapping[int, int],
        *,
        in_tmux: bool = False,
    ) -> None:
        """Start without images.

        Args:
            send: Writes to the terminal, bypassing the screen diff.
            images: Slot → number of the image; kept up to date, to write placeholders.
            in_tmux: True if commands must go through tmux.
        """
        self._send = send
        self._images = images
        self.in_tmux = in_tmux
        # Two apps behind one tmux share a terminal: this distinguishes their images.
        self._upper = random.randrange(1, 256) << 24
        self._number = 0
        self._shown: dict[int, Raster] = {}
        self._before: dict[int, int] = {}

    def show(self, slot: int, raster: Raster) -> bool:
        """Show a picture in a slot; the same picture is not sent again.

        Returns:
            True if it was sent: its pieces must be repainted.
        """
        if self._shown.get(slot) == raster:
            return False
        # The one before the last is in no cell any more.
        commands = deletion(old) if (old := self._before.pop(slot, 0)) else ""
        if slot in self._images:
            self._before[slot] = self._images[slot]
        self._number = self._number % 255 + 1
        image = self._images[slot] = self._upper | self._number
        png = encode_png(raster.pixels, raster.width, raster.height, raster.palette)
        self._write(commands + transmission(image, png, raster.columns, raster.rows))
        self._shown[slot] = raster
        return True

    def hide(self, slot: int) -> None:
        """Delete the images of a slot."""
        found = [self._before.pop(slot, 0), self._images.pop(slot, 0)]
        self._shown.pop(slot, None)
        self._write("".join(deletion(image) for image in found if image))

    def clear(self) -> None:
        """Delete all images, on exit or when the screen is unknown; drawing sends them again."""
        for slot in list(self._images):
            self.hide(slot)

    def _write(self, commands: str) -> None:
        if commands:
            self._send(through_tmux(commands) if self.in_tmux else commands)
