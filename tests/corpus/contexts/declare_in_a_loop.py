"""Variables that a loop makes, each with a name of its own."""
#: order = ["motor_x", "motor_y"]
#: values = {"motor_x": "x", "motor_y": "y"}

from damnit_ctx import Variable


def make(axis):
    def position(run):
        return axis

    position.__name__ = f"motor_{axis}"
    return Variable(title=f"Motor/{axis}")(position)


for axis in "xy":
    globals()[f"motor_{axis}"] = make(axis)
