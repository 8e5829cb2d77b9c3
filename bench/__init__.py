"""Measurements of ours beside their baselines: `python -m bench`."""
