"""Benchmarks against baselines: `python -m bench`."""
