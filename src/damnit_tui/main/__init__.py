"""The main screen: the run table, its prompts and its commands."""
