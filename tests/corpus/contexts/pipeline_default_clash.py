"""Another variable of the same name."""
#: problems = ["error Duplicate variable name 'one'"]

from damnit_ctx import Pipeline, Variable


@Variable
def one(run):
    return 1


def make():
    @Variable
    def one(run):
        return 2

    return one


Pipeline.default().add(make())
