"""The combiner: the only writer of results files, and of results in the run database.

A fragment is merged into its run's results file, its values are committed to the
database, and only then is it deleted; whatever is interrupted is done again, once
more to the same effect.
"""

from .broken import set_aside as quarantine
from .lock import CombinerBusy
from .report import Broken, CombineReport
from .run import combine_run, ingest, restore
from .sweep import combine_folder

__all__ = [
    "Broken",
    "CombineReport",
    "CombinerBusy",
    "combine_folder",
    "combine_run",
    "ingest",
    "quarantine",
    "restore",
]
