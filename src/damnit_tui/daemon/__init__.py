"""The daemon screen: status, settings, start and stop."""
