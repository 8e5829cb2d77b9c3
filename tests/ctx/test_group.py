"""Groups before evaluation: fields, names and definition errors.

What comes of groups is in tests/corpus.
"""

from __future__ import annotations

import pytest

from damnit_ctx import Group, GroupError, Variable
from damnit_daemon.runner.group import group_variables as variables_of


@Group(tags="beam")
class XGM:
    device: str = "SA2"

    @Variable(title="Energy", units="uJ")
    def energy(self, run):
        """Of each pulse."""
        return f"{self.device} of {run}"

    @Variable
    def weak(self, run, energy: "self#energy"):
        return energy


def test_group_accepts_fields_by_keyword_only():
    xgm = XGM(device="SA1", title="XGM")
    assert (xgm.device, xgm.name, xgm.title, xgm.tags, xgm.sep) == (
        "SA1", None, "XGM", ("beam",), "/",
    )  # fmt: skip
    with pytest.raises(TypeError, match=r"XGM\(\) takes its fields by name"):
        XGM("SA1")
    with pytest.raises(TypeError, match="unexpected keyword argument 'divice'"):
        XGM(divice="SA1")


def test_group_variables_take_name_title_and_tags_from_the_instance():
    xgm = XGM(name="sa2", tags=["one"])
    energy, weak = variables_of(xgm)
    assert (energy.name, energy.title, energy.units) == ("sa2.energy", "sa2/Energy", "uJ")
    assert (energy.description, energy.tags) == ("Of each pulse.", ("one",))
    assert energy.func("run 1") == "SA2 of run 1"
    assert [(a.source, a.path) for a in weak.arguments()] == [("var", "sa2.energy")]


def test_group_variable_name_follows_a_later_change_of_the_group_name():
    xgm = XGM()
    energy = xgm.energy
    xgm.name = "x"
    assert energy.name == "x.energy"


def test_group_class_attribute_remains_a_plain_variable():
    assert type(XGM.energy) is Variable
    assert XGM.energy.name == "energy"
    assert XGM().energy != XGM().energy
    xgm = XGM(name="x")
    assert xgm.energy == xgm.energy
    assert len({xgm.energy, xgm.energy}) == 1


def test_group_variable_of_an_instance_can_be_called():
    assert XGM(device="SA3").energy("run 2") == "SA3 of run 2"


def test_group_instances_with_equal_fields_are_distinct():
    assert XGM() != XGM()
    assert len({XGM(), XGM()}) == 2


def test_group_as_default_is_copied_for_each_instance():
    @Group
    class Outer:
        xgm: XGM = XGM(device="SA1")
        other = XGM(device="SA3")

    a, b = Outer(), Outer()
    assert a.xgm is not b.xgm
    assert a.other is not b.other
    assert (a.xgm.device, b.other.device) == ("SA1", "SA3")


def test_group_class_can_define_its_own_init():
    @Group
    class Own:
        def __init__(self, number):
            self.number = number

        @Variable
        def n(self, run):
            return self.number

    own = Own(3)
    assert (own.tags, own.name, own.n(None)) == ((), None, 3)


@pytest.mark.parametrize("field", ["name", "title", "tags", "sep"])
def test_group_cannot_redefine_reserved_fields(field):
    with pytest.raises(GroupError, match=f"The group Bad defines {field} itself"):
        Group(type("Bad", (), {field: "x"}))
    with pytest.raises(GroupError, match=f"The group Bad defines {field} itself"):
        Group(type("Bad", (), {"__annotations__": {field: str}}))


def test_group_decorator_accepts_no_title_and_no_function():
    with pytest.raises(GroupError, match="not title, sep: pass it to the instances"):
        Group(title="X", sep="-")
    with pytest.raises(GroupError, match="decorates a class"):
        Group(len)


def test_invalid_group_tags_are_a_problem_of_each_variable():
    for variable in variables_of(XGM(name="x", tags=["a", 3])):
        [(message, _)] = variable.problems()
        assert "tags=" in message


def test_self_annotation_resolves_to_the_name_of_the_nested_group():
    @Group
    class User:
        xgm: object = None

        @Variable
        def there(self, run, e: "self#xgm.energy"): ...

        @Variable
        def pattern(self, run, e: "self#xgm.e*"): ...

    user = User(name="u", xgm=XGM(name="u.xgm"))
    assert [v.arguments()[0].path for v in variables_of(user)] == ["u.xgm.energy", "u.xgm.e*"]
    without = User(name="u")
    assert {v.arguments()[0].source for v in variables_of(without)} == {"missing"}
    wrong = User(name="u", xgm=3)
    [(message, parameter)] = variables_of(wrong)[0].problems()
    assert "Attribute 'energy' on group of int does not exist" in message
    assert parameter == "e"
