"""A decorator of the file's own between."""
#: values = {"doubled": 20}

import functools

from damnit_ctx import Variable


def twice(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2 * function(*args, **kwargs)

    return wrapper


@Variable
@twice
def doubled(run):
    return len(run.train_ids)
