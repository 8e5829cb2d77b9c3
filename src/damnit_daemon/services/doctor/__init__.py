"""What is wrong with a DAMNIT folder, and how to mend it.

Each check looks at one thing and changes nothing; what it says goes to people.
`repair` mends what can be mended without asking.
"""

from .checks import CHECKS, check_folder
from .finding import Finding, Grade
from .repair import repair
from .restore import Restored, restore

__all__ = ["CHECKS", "Finding", "Grade", "Restored", "check_folder", "repair", "restore"]
