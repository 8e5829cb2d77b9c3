"""Access to HDF5: results files, one per run, and the fragments they are merged from.

Importing this package imports h5py; xarray is imported only when a variable needs it.
"""

from .check_file import CheckedFile
from .delete_variable import remove_from_file
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
from .export import SaveFailed, save_data
from .fragments import Fragment, FragmentValue, lost_value, read_fragment
from .heartbeat import listen, note_reading
from .locate import load_view_in_folder
from .merge import MERGE_TIMEOUT_S, LeftOut, merge
from .read_view import load_view
from .reader import PlotlyJSON, ResultsFile, StoredError
from .tables import ParquetTable
from .value_info import DataKind, ValueInfo
from .whole_file import MERGING_SUFFIX

__all__ = [
    "MERGE_TIMEOUT_S",
    "MERGING_SUFFIX",
    "CheckedFile",
    "DataKind",
    "Fragment",
    "FragmentValue",
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
    "SaveFailed",
    "StoredError",
    "ValueInfo",
    "listen",
    "load_view",
    "load_view_in_folder",
    "lost_value",
    "merge",
    "note_reading",
    "read_fragment",
    "remove_from_file",
    "save_data",
    "write_error_fragment",
]
