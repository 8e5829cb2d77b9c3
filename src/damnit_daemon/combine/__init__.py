"""The combiner: the only writer of results files, and of results in the run database.

A fragment is merged into its run's results file, its values are committed to the
database, and only then is it deleted. Every step is idempotent, so an interrupted
run is simply repeated.
"""

from .combine_run import combine_run, ingest, restore
from .lock import CombinerBusy
from .quarantine import set_aside as quarantine
from .report import CombineReport, QuarantinedFragment
from .sweep import combine_folder

__all__ = [
    "CombineReport",
    "CombinerBusy",
    "QuarantinedFragment",
    "combine_folder",
    "combine_run",
    "ingest",
    "quarantine",
    "restore",
]
