"""A dependency that is not there; the nearest name is told."""
#: problems = ["error 13:15 Missing dependency: 'enregy' for 'b'"]

from damnit_ctx import Variable


@Variable
def energy(run):
    return 1


@Variable
def b(run, x: "var#enregy"):
    return x
