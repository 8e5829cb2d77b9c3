"""Numbers, text and lists as results."""
#: values = {"an_int": 3, "a_float": 1.5, "a_text": "warm", "a_bool": True, "a_list": [1, 2, 3]}

from damnit_ctx import Variable


@Variable
def an_int(run):
    return 3


@Variable
def a_float(run):
    return 1.5


@Variable
def a_text(run):
    return "warm"


@Variable
def a_bool(run):
    return True


@Variable
def a_list(run):
    return [1, 2, 3]
