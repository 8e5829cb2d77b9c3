"""The same, with an argument that the wrapped function asks for."""
#: order = ["one", "doubled"]
#: values = {"one": 1, "doubled": 4}

import functools

from damnit_ctx import Variable


def twice(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2 * function(*args, **kwargs)

    return wrapper


@Variable
def one(run):
    return 1


@Variable
@twice
def doubled(run, one: "var#one"):
    return one + 1
