"""The log screen, and reading a growing log file."""
