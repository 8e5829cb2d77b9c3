"""Names and titles in other letters."""
#: values = {"größe": 2}
#: titles = {"größe": "Größe/µm"}

from damnit_ctx import Variable


@Variable(title="Größe/µm")
def größe(run):
    return 2
