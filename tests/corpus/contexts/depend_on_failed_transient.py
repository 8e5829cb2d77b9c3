"""A transient variable that failed is in the messages of the others."""
#: errors = {"b": ("DependencyError", "(helper) failed: ValueError: no")}
#: transient = ["helper"]

from damnit_ctx import Variable


@Variable(transient=True)
def helper(run):
    raise ValueError("no")


@Variable
def b(run, helper: "var#helper"):
    return helper
