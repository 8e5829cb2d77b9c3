"""The headless half of damnit-tui: the library, the runner and the daemon.

The user's Python imports it too (as the runner's parent package), so it imports
nothing itself and supports Python 3.10.
"""

__version__ = "0.1.0"
