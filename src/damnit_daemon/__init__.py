"""The headless half of damnit-tui: the library, the runner and the daemon.

Imported in the user's Python too (as the runner's parent package), so it
imports nothing and keeps to Python 3.10.
"""

__version__ = "0.1.0"
