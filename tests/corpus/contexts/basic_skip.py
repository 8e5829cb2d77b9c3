"""Skipping with a reason."""
#: errors = {"scan": ("Skip", "not a scan")}

from damnit_ctx import Skip, Variable


@Variable
def scan(run):
    raise Skip("not a scan")
