"""A result that no file can hold."""
#: errors = {"an_object": ("TypeError", "cannot be saved")}

from damnit_ctx import Variable


@Variable
def an_object(run):
    return object()
