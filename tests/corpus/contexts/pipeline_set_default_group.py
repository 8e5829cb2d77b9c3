"""The same with a group that is a global."""
#: order = ["g.n"]
#: values = {"g.n": 1}

from damnit_ctx import Group, Pipeline, Variable


@Variable
def left_out(run):
    return 1


@Group
class G:
    @Variable
    def n(self, run):
        return 1


g = G(name="g")
pipeline = Pipeline()
pipeline.add(g)
Pipeline.set_default(pipeline)
