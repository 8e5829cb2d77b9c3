"""An exception class of the file's own."""
#: errors = {"strange": ("BeamLost", "at train 7")}

from damnit_ctx import Variable


class BeamLost(Exception):  # noqa: N818
    pass


@Variable
def strange(run):
    raise BeamLost("at train 7")
