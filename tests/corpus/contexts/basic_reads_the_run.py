"""The first argument is the run; what it is called does not matter."""
#: values = {"energy": 4.5, "curve": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]}

from damnit_ctx import Variable


@Variable(title="XGM/Energy", units="uJ")
def energy(data):
    return data["XGM", "energy"].ndarray().mean()


@Variable(title="XGM/Curve", summary="mean")
def curve(run):
    return run["XGM", "energy"].ndarray()
