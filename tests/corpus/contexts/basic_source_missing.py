"""A source that the run does not have."""
#: errors = {"gone": ("KeyError", "no source")}

from damnit_ctx import Variable


@Variable
def gone(run):
    return run["NO/SUCH/SOURCE", "value"].ndarray()
