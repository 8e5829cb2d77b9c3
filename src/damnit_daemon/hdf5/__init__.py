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
from .heartbeat import listen, note_reading
from .looking import look
from .merge import MERGE_TIMEOUT_S, LeftOut, merge
from .places import look_in_folder
from .reader import PlotlyJSON, ResultsFile, StoredError
from .removal import remove_from_file
from .saving import SaveFailed, save_data
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
    "SaveFailed",
    "StoredError",
    "listen",
    "look",
    "look_in_folder",
    "merge",
    "note_reading",
    "read_fragment",
    "remove_from_file",
    "save_data",
    "write_error_fragment",
]
