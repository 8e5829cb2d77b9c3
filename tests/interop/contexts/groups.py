"""A group: variables with a dot in their names."""

from damnit_ctx import Group, Variable


@Group(tags=["grouped"])
class Camera:
    scale: float = 1.0

    @Variable(title="Width")
    def width(self, run):
        return 2.0 * self.scale

    @Variable(title="Double width")
    def double(self, run, width: "self#width"):
        return 2 * width


camera = Camera(scale=4.0, title="Camera")
