"""A variable may not be called as the time that a run began."""
#: problems = ["error 9:1 start_time"]
#: differs = "reserved"

from damnit_ctx import Variable


@Variable
def start_time(run):
    return 1
