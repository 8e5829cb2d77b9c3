"""Diagnose a DAMNIT folder, and suggest repairs.

Each check covers one subject and changes nothing; its messages are for users.
`repair` makes those repairs that need no confirmation.
"""

from .checks import CHECKS, check_folder
from .daemon import check_reachable
from .finding import Finding, Grade
from .repair import repair
from .restore import Restored, restore

__all__ = [
    "CHECKS",
    "Finding",
    "Grade",
    "Restored",
    "check_folder",
    "check_reachable",
    "repair",
    "restore",
]
