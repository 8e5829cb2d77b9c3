"""Runs in the user's Python: loads the context file, evaluates variables, writes fragments.

Needs only extra_data, pyyaml and requests there; independent of the rest of
`damnit_daemon`. Python 3.10 syntax.
"""

FORK_OPTION = "--no-fork"
"""Option to run each job in a new Python that loads the context file anew."""
