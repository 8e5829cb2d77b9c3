"""A transient variable may hand on any object; it is not among the results."""
#: order = ["helper", "b"]
#: values = {"b": "<text>"}
#: transient = ["helper"]

from damnit_ctx import Variable


@Variable(transient=True)
def helper(run):
    return {"any": object, "text": "<text>"}


@Variable
def b(run, helper: "var#helper"):
    return helper["text"]
