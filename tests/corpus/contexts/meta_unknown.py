"""Something that is not known of a run costs its variable only."""
#: problems = ["warning 9:19 'weather'"]
#: errors = {"which": ("RuntimeError", "Unknown path 'meta#weather'")}

from damnit_ctx import Variable


@Variable
def which(run, x: "meta#weather"):
    return x
