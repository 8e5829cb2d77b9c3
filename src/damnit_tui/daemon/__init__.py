"""The daemon screen: its state, its settings, start and stop."""
