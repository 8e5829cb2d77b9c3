"""How the daemon is, and what it is set to do."""
