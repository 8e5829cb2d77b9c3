"""A pipeline without what its variables depend on."""
#: problems = ["error 13:15 Missing dependency: 'a' for 'b'"]

from damnit_ctx import Pipeline, Variable


@Variable
def a(run):
    return 1


@Variable
def b(run, x: "var#a"):
    return x


pipeline = Pipeline()
pipeline.add(b)
Pipeline.set_default(pipeline)
