"""Fuzz tests: a quick part in every test run, as long as asked for in `nox -s fuzz`."""
