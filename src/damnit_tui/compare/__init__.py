"""All values of a run, and what differs between runs. Pure."""
