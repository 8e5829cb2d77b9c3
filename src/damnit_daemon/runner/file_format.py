"""Names on disk that both sides of the fence use: the runner writes them, the library reads them.

Standard library only, Python 3.10: it travels into the user's Python.
The names are DAMNIT's (its per-run HDF5 files), except those under "ours".
"""

from __future__ import annotations

REDUCED = ".reduced"
PREVIEW = ".preview"
ERRORS = ".errors"
START_TIME = "start_time"
OBJECT_TYPE = "_damnit_objtype"
PROVENANCE = "provenance"
CONTEXT_PROVENANCE = "context.py"

DATAARRAY = "dataarray"
DATASET = "dataset"
IMAGE = "image"
PLOTLY = "PlotlyFigure"
SERIES = "series"  # these two since DAMNIT 0.4: `data` holds the bytes of a Parquet file
DATAFRAME = "dataframe"

TRENDLINE = "trendline"

# Ours: extra attributes on the summary (or error) of each value. DAMNIT passes them through.
COMPUTED_AT = "computed_at"  # float64, Unix seconds UTC, when the function returned
DURATION_S = "duration_s"  # float64, seconds the function took
CONTEXT_HASH = "context_hash"  # the first 16 hex digits of SHA-256 of the context file

VALUE_TYPE = "value_type"
BOOLEAN = "boolean"
"""Ours, in the database's attributes: what a value was that SQLite has as 0 or 1."""

FINGERPRINT = "fingerprint"  # 16 hex digits: of the code that computed it, and what that uses

COMES_BACK_AS = "comes_back_as"
"""Ours too, and for the runner alone: the type of a value that a file gives back exactly as it was.
Kept with the summary: the attributes of a Dataset's own group are shown to those who read it."""

CHECKSUMS = "checksums"  # text such as "reduced=1f3a90c2 data=…", see `checksum`
CHECKSUMS_ON_DATA = "_damnit_checksums"
"""The same where there is neither summary nor error: DAMNIT takes off names that begin so."""

COMPUTED_AT_ON_DATA = "_damnit_computed_at"

CLOCK_SKEW_S = 60.0
"""How far clocks of two hosts may differ. What claims to have been computed later than that
from now was noted by a clock that stood wrong, and keeps nothing newer out."""

EXTRACTED_DATA = "extracted_data"
WRITING_SUFFIX = ".writing.h5"
READY_SUFFIX = ".ready.h5"


def results_name(proposal: int, run: int) -> str:
    """Name of a per-run file: numbers are not padded."""
    return f"p{proposal}_r{run}.h5"


def fragment_prefix(proposal: int, run: int) -> str:
    """What the name of each fragment of a run begins with."""
    return f"p{proposal}_r{run}."


def process_log(proposal: int, run: int) -> str:
    """What the processing of a run printed, below the DAMNIT folder."""
    return f"process_logs/r{run}-p{proposal}.out"
