"""A preview beside the data."""
#: values = {"framed": 7}

import numpy as np

from damnit_ctx import Cell, Variable


@Variable
def framed(run):
    return Cell(7, preview=np.ones((4, 5)))
