"""DAMNIT's own tests that ours fails on purpose, with reasons: each is checked both ways."""

from __future__ import annotations

THEIRS = {
    "test_ctx_groups.py": "",
    "test_pipeline.py": "",
    "test_backend.py": "context_file or results or return_bool or filtering or pattern",
}
"""Their files about context files, and what of each; the rest needs their window or listener."""

DELIBERATE = {
    "test_backend.py::test_context_file": (
        "what a variable needs by its dependencies is kept in the graph; the Variable stays as it "
        "was declared"
    ),
    "test_backend.py::test_results": (
        "the metadata catalogue is asked without extra_proposal, which the test replaces"
    ),
    "test_backend.py::test_results_empty_array": "the message has other words",
    "test_ctx_groups.py::test_group_glob_only_allowed_on_leaf": "the message has other words",
    "test_ctx_groups.py::test_group_invalid_self_annotation": "the message has other words",
    "test_ctx_groups.py::test_group_missing_group_with_glob_pattern": (
        "no hidden variable stands in for a component that was not given"
    ),
    "test_ctx_groups.py::test_group_optional_component_skips_missing_dependency": (
        "no hidden variable stands in for a component that was not given"
    ),
    "test_pipeline.py::test_pipeline_set_default_rejects_non_pipeline": (
        "the message has other words"
    ),
}
