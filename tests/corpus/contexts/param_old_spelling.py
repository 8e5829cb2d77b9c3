"""The spelling of DAMNIT before 0.4."""
#: params = {"gain": 4}
#: values = {"scaled": 8}
#: differs = "input"

from damnit_ctx import Variable


@Variable
def scaled(run, gain: "input#gain"):
    return 2 * gain
