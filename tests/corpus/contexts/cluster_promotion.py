"""What depends on a variable of the cluster is evaluated there."""
#: values = {"heavy": 3, "after": 4, "light": 1}
#: cluster = ["after", "heavy"]

from damnit_ctx import Variable


@Variable(cluster=True)
def heavy(run):
    return 3


@Variable
def after(run, x: "var#heavy"):
    return x + 1


@Variable
def light(run):
    return 1
