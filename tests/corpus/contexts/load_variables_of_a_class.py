"""Variables of a class that is no group are none of the file's."""
#: order = []
#: values = {}

from damnit_ctx import Variable


class Plain:
    @Variable
    def one(self, run):
        return 1


plain = Plain()
