"""Python API to a DAMNIT folder: the run table, the values and data of runs, edits, submitting.

    from damnit_daemon.api import Folder

    folder = Folder(1234)                    # a proposal's number, or a path
    folder.table(filter="xgm > 500")         # a pandas DataFrame
    folder[42]["xgm"].data()                 # what the function returned
    folder.submit(42, {"peak": 7.1}, provenance="fit.ipynb")

Reading changes nothing: it neither migrates the database nor blocks other programs. The
import loads neither h5py, xarray nor pandas; they are imported when needed.
"""

from ..ledger import CellValue
from ..model import Failure
from ..store import EditConflict
from .folder import Folder, NoSuchRun
from .run import NoSuchVariable, Run
from .submission import submit
from .value import Value

__all__ = [
    "CellValue",
    "EditConflict",
    "Failure",
    "Folder",
    "NoSuchRun",
    "NoSuchVariable",
    "Run",
    "Value",
    "submit",
]
