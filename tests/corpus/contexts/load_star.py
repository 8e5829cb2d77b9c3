"""Everything of the API at once."""
#: values = {"one": 1}

from damnit_ctx import *  # noqa: F403


@Variable  # noqa: F405
def one(run):
    return 1
