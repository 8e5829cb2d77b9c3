"""Parameters, which DAMNIT 0.4.0 does not have."""

from damnit_ctx import Group, Parameter, Variable

threshold = Parameter(2.5, title="Threshold")
is_on = Parameter(True)
mode = Parameter("fast")


@Group
class Camera:
    top = Parameter(3)

    @Variable
    def roi(self, run, top: "self#top"):
        return top


cam = Camera()


@Variable
def scaled(run, threshold: "param#threshold"):
    return 2 * threshold
