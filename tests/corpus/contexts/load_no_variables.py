"""A file without variables."""
#: order = []
#: values = {}

import math

TWO_PI = 2 * math.pi


def helper(run):
    return TWO_PI
