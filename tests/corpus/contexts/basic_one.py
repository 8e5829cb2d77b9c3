"""One variable."""
#: order = ["trains"]
#: values = {"trains": 10}
#: titles = {"trains": "Trains"}

from damnit_ctx import Variable


@Variable(title="Trains")
def trains(run):
    return len(run.train_ids)
