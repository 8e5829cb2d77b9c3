"""Plots over runs and within them. Imports numpy: never at start-up."""
