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

ADDED_ATTRIBUTES = OURS
"""What we add to a value's attributes (interop 10: MAY)."""
