"""A parameter that is not given, with a default."""
#: values = {"scaled": 6}

from damnit_ctx import Variable


@Variable
def scaled(run, gain: "param#gain" = 3):
    return 2 * gain
