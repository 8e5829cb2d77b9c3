"""An array that is handed on is the array that was returned."""
#: values = {"image": [[0.0, 1.0], [2.0, 3.0]], "shape": "2 x 2", "total": 6.0}

import numpy as np

from damnit_ctx import Variable


@Variable(summary="sum")
def image(run):
    return np.arange(4.0).reshape(2, 2)


@Variable
def shape(run, image: "var#image"):
    return " x ".join(map(str, image.shape))


@Variable
def total(run, image: "var#image"):
    return image.sum()
