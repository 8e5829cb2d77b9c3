"""What depends on None is skipped."""
#: empty = ["a"]
#: errors = {"b": ("Skip", "Dependencies returned no data:\n- 'a'")}

from damnit_ctx import Variable


@Variable
def a(run):
    return None


@Variable
def b(run, a: "var#a"):
    return a
