"""A parameter that is given."""
#: params = {"gain": 4}
#: values = {"scaled": 8}

from damnit_ctx import Variable


@Variable
def scaled(run, gain: "param#gain"):
    return 2 * gain
