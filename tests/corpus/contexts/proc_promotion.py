"""What depends on corrected data needs it, too."""
#: values = {"hits": 3, "rate": 0.3, "raw": 1}
#: proc = ["hits", "rate"]

from damnit_ctx import Variable


@Variable(data="proc")
def hits(run):
    return 3


@Variable
def rate(run, hits: "var#hits"):
    return hits / len(run.train_ids)


@Variable
def raw(run):
    return 1
