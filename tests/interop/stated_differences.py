"""Where we write something else than the reference does, and why.

Each entry is checked both ways: another difference fails a test, and so does one
that is stated here and no longer there.
"""

from __future__ import annotations

from .on_disk import OURS

STATED = {
    # interop 9.3 C3: its branch for booleans is unreachable; whether they vary is worth knowing
    "array_1d_bool": {"max_diff"},
    "array_2d_bool": {"max_diff", "value"},
    "dataarray_bool": {"max_diff"},
    # C3: 127 - (-128) overflows an int8 there and gives 1
    "array_1d_int8": {"max_diff"},
    # C4: it draws the real part of complex lines, and cannot draw complex or boolean images;
    # ours draws moduli, and booleans as 0 and 1
    "array_1d_complex": {"value"},
    "array_2d_complex": {"value"},
    "dataarray_complex": {"value"},
    # C4: it records the summary function that was asked for, though it had failed
    "cell_summary_unknown": {"summary_method"},
    # 2.5: "any equivalent downsampler is compatible"; ours keeps NaN as a gap in the line
    "array_1d_nan": {"value"},
    "array_long": {"value"},
    # The message names what the function returned, and numpy's code for the type of its elements
    "an_object": {"error"},
    "list_of_text": {"error"},
    "array_of_times": {"error"},
    # L9: "returned None" is written down, as a skip, so that an older value goes away
    "nothing": {"row"},
}
"""Name of a variable → what differs in its row of `run_variables`."""

STATED_CONTEXTS = {
    "annotations": "a type as an annotation, as text too, is no reason not to load a file",
    "callable": "a decorated function can be called as before; there it decorates its argument",
    "class-component": "a group that a class holds is found, as its documentation has it",
    "enumeration": "`data` may be a member of RunData, which is there to be used",
    "exit": "one variable cannot end the others",
    "input": "the spelling of 0.3 is still in people's files",
    "late-names": "a group may be added before its global has given it a name",
    "missing-default": "a default is there for when there is no value",
    "no-component": "no hidden variable stands in for a component that was not given",
    "no-parameter": "a variable that is not evaluated says why",
    "own-pattern": "a pattern never means the variable itself",
    "reserved": "a variable of such a name would overwrite what people see in that column",
    "start-time-in-pattern": "a pattern means variables of the file",
    "taken-away": "a subclass may take a variable away, as any attribute",
}
"""How a context file of the corpus is read otherwise (`differs` in tests/corpus) → why."""

ADDED_ATTRIBUTES = OURS
"""What we add to a value's attributes (interop 10: MAY)."""
