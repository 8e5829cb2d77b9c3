"""A pipeline in place of the globals."""
#: order = ["chosen"]
#: values = {"chosen": 2}

from damnit_ctx import Pipeline, Variable


@Variable
def left_out(run):
    return 1


@Variable
def chosen(run):
    return 2


pipeline = Pipeline()
pipeline.add(chosen)
Pipeline.set_default(pipeline)
