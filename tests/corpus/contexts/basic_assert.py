"""An exception without a message."""
#: errors = {"checked": ("AssertionError", "")}

from damnit_ctx import Variable


@Variable
def checked(run):
    assert len(run.train_ids) > 1000
