"""A parameter that nobody gives: the variable is skipped, and says so."""
#: errors = {"scaled": ("Skip", "no value was given for the parameter 'gain'"),
#:           "more": ("Skip", "(scaled)")}
#: differs = "no-parameter"

from damnit_ctx import Variable


@Variable
def scaled(run, gain: "param#gain"):
    return 2 * gain


@Variable
def more(run, scaled: "var#scaled"):
    return scaled + 1
