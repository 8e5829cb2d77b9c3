"""Runs in the user's Python: loads the context file, evaluates variables, writes fragments.

Needs extra_data, pyyaml and requests there and nothing else of ours; knows
nothing of the rest of `damnit_daemon`. Python 3.10 syntax.
"""

FORK_OPTION = "--no-fork"
"""With which each job is done in a Python of its own, which loads the context file anew."""
