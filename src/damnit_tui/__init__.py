"""The terminal app: a live table of the runs of one DAMNIT folder.

Reads through `session` alone and never imports the daemon's services.
"""
