"""A parameter that is given in place of its default."""
#: params = {"gain": 4}
#: values = {"scaled": 8}

from damnit_ctx import Variable


@Variable
def scaled(run, gain: "param#gain" = 3):
    return 2 * gain
