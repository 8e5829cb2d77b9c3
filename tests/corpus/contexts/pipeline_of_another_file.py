"""Variables of another file's text, taken over."""
#: values = {"inner": 2, "outer": 1}
#: proc = ["inner"]

from damnit_ctx import Pipeline, Variable

INNER = """
from damnit_ctx import Variable

@Variable(data="proc")
def inner(run):
    return 2
"""


@Variable
def outer(run):
    return 1


Pipeline.default().add(list(Pipeline.from_str(INNER).vars.values()))
