"""A list of texts is none of the types that are stored."""
#: errors = {"names": ("TypeError", "cannot be saved")}

from damnit_ctx import Variable


@Variable
def names(run):
    return ["a", "b"]
