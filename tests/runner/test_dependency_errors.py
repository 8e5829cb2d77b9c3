"""Reasons for a missing value: the chain of dependencies down to the root."""

from __future__ import annotations

from extra_data.exceptions import SourceNameError

from damnit_ctx import Skip
from damnit_daemon.runner.dependency_errors import DependencyError, dependency_error


def test_dependencies_that_returned_none_give_a_skip():
    error = dependency_error(["a", "b"], {})
    assert type(error) is Skip
    assert str(error) == "Dependencies returned no data:\n- 'a'\n- 'b'"


def test_failed_dependency_gives_an_error_with_its_cause():
    error = dependency_error(["a"], {"a": ValueError("bad")})
    assert type(error) is DependencyError
    assert str(error) == "Skipped due to missing dependency:\n└ (a) failed: ValueError: bad"


def test_skipped_dependency_gives_a_skip():
    error = dependency_error(["a"], {"a": Skip("no scan")})
    assert isinstance(error, Skip)
    assert type(error).__name__ == "Skip"
    assert str(error).endswith("└ (a) failed: Skip: no scan")


def test_dependency_with_missing_source_gives_a_skip():
    error = dependency_error(["a", "b"], {"a": SourceNameError("CAM"), "b": Skip("x")})
    assert isinstance(error, Skip)
    assert str(error).splitlines()[1].startswith("├ (a) failed: SourceNameError: ")
    deeper = dependency_error(["c"], {"c": error})
    assert isinstance(deeper, Skip)


def test_one_failure_among_skipped_dependencies_gives_an_error():
    for skipped in (Skip("x"), SourceNameError("CAM")):
        assert (
            type(dependency_error(["a", "b"], {"a": skipped, "b": KeyError("k")}))
            is DependencyError
        )


def test_dependency_chain_is_shown_as_a_tree():
    errors = {"root": ValueError("first\nsecond"), "quiet": ValueError()}
    errors["middle"] = dependency_error(["root", "quiet"], errors)
    errors["skip"] = Skip("odd run")
    assert str(dependency_error(["middle", "skip", "none"], errors)) == (
        "Skipped due to missing dependency:\n"
        "├ (middle) skipped\n"
        "│  ├ (root) failed: ValueError: first\n"
        "│  │  second\n"
        "│  └ (quiet) failed: ValueError\n"
        "└ (skip) failed: Skip: odd run"
    )
