"""The door to HDF5: results files, one per run, and the fragments they are made of.

Importing it imports h5py; xarray only comes when a variable needs it.
"""

from .description import Description, Kind
from .error_fragment import write_error_fragment
from .errors import (
    NoSuchData,
    ResultsBusy,
    ResultsDenied,
    ResultsDiskFull,
    ResultsError,
    ResultsMissing,
    ResultsUnreadable,
)
from .fragments import Fragment, FragmentValue, read_fragment
from .merge import MERGE_TIMEOUT_S, LeftOut, merge
from .reader import PlotlyJSON, ResultsFile, StoredError
from .tables import ParquetTable
from .whole_file import MERGING_SUFFIX

__all__ = [
    "MERGE_TIMEOUT_S",
    "MERGING_SUFFIX",
    "Description",
    "Fragment",
    "FragmentValue",
    "Kind",
    "LeftOut",
    "NoSuchData",
    "ParquetTable",
    "PlotlyJSON",
    "ResultsBusy",
    "ResultsDenied",
    "ResultsDiskFull",
    "ResultsError",
    "ResultsFile",
    "ResultsMissing",
    "ResultsUnreadable",
    "StoredError",
    "merge",
    "read_fragment",
    "write_error_fragment",
]
