"""Values that the reference saves, but cannot combine into the database."""

import numpy as np

from damnit_ctx import Variable


@Variable
def uint64_large(run):
    return np.uint64(2**63 + 1)


@Variable
def bytes_not_ascii(run):
    return b"abc\xfe"


@Variable
def last(run):
    return 1.0
