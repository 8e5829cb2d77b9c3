"""Names on disk shared by the runner, which writes them, and the library, which reads them.

Standard library only, Python 3.10: it is shipped to the user's Python.
The names are DAMNIT's (its per-run HDF5 files), except those under "damnit-tui's own".
"""

from __future__ import annotations

REDUCED = ".reduced"
PREVIEW = ".preview"
ERRORS = ".errors"
PARAMETERS = ".parameters"  # from branch feat/params of DAMNIT: a scalar for each
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

# damnit-tui's own: extra attributes on each value's summary (or error). DAMNIT passes them through.
COMPUTED_AT = "computed_at"  # float64, Unix seconds UTC, when the function returned
DURATION_S = "duration_s"  # float64, seconds the function took
CONTEXT_HASH = "context_hash"  # the first 16 hex digits of SHA-256 of the context file

VALUE_TYPE = "value_type"
BOOLEAN = "boolean"
"""damnit-tui's own, in the database's attributes: type of a value that SQLite has as 0 or 1."""

JOB = "job"  # int64, number of the daemon's job that computed it

FINGERPRINT = "fingerprint"  # 16 hex digits, of the code that computed it and its dependencies

USED_PARAMETERS = "parameters"  # JSON object: values of the parameters that it depends on

COMES_BACK_AS = "comes_back_as"
"""damnit-tui's own, for the runner only: the type of a value that a file returns unchanged.
Stored with the summary: the attributes of a Dataset's own group are shown to its readers."""

CHECKSUMS = "checksums"  # text such as "reduced=1f3a90c2 data=…", see `checksum`
CHECKSUMS_ON_DATA = "_damnit_checksums"
"""The same if there is neither summary nor error: DAMNIT removes names with this prefix."""

COMPUTED_AT_ON_DATA = "_damnit_computed_at"

CLOCK_SKEW_S = 60.0
"""Allowed clock difference of two hosts. A value with a later time than that from now was
written under a wrong clock, and does not keep newer ones out."""

EXTRACTED_DATA = "extracted_data"
WRITING_SUFFIX = ".writing.h5"
READY_SUFFIX = ".ready.h5"


def results_name(proposal: int, run: int) -> str:
    """Return the name of a per-run file; numbers are not padded."""
    return f"p{proposal}_r{run}.h5"


def fragment_prefix(proposal: int, run: int) -> str:
    """Return the common prefix of a run's fragment names."""
    return f"p{proposal}_r{run}."


def process_log(proposal: int, run: int) -> str:
    """Return the path of a run's processing log, below the DAMNIT folder."""
    return f"process_logs/r{run}-p{proposal}.out"
