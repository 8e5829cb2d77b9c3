"""The whole chain is told, down to the root."""
#: errors = {"a": ("KeyError", "'gone'"), "b": ("DependencyError", "(a) failed: KeyError: 'gone'"),
#:           "c": ("DependencyError", "(b) skipped\n   └ (a) failed: KeyError: 'gone'")}

from damnit_ctx import Variable


@Variable
def a(run):
    return {}["gone"]


@Variable
def b(run, a: "var#a"):
    return a


@Variable
def c(run, b: "var#b"):
    return b
