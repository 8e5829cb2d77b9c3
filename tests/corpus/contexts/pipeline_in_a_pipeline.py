"""A file that reads another: neither hears what the other says."""
#: order = ["outer"]
#: values = {"outer": 1}

from damnit_ctx import Pipeline, Variable

INNER = """
from damnit_ctx import Pipeline, Variable

@Variable
def inner(run):
    return 2

pipeline = Pipeline()
pipeline.add(inner)
Pipeline.set_default(pipeline)
"""


@Variable
def outer(run):
    return 1


inner = Pipeline.from_str(INNER)
