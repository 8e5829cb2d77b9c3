"""Shared by two, and no global: which name?"""
#: problems = ["error assigned to multiple names ['a.source', 'b.source']"]

from damnit_ctx import Group, Variable


@Group
class Source:
    @Variable
    def n(self, run):
        return 4


@Group
class User:
    source: Source


def make():
    shared = Source()
    return User(source=shared), User(source=shared)


a, b = make()
