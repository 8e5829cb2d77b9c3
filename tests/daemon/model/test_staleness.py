"""Values computed by other code than that of the context file."""

from __future__ import annotations

import json

import pytest

from damnit_daemon.model import RunKey, StoredValue
from damnit_daemon.model.staleness import changed_since
from damnit_daemon.runner.protocol import ContextLoaded, VariableMeta

KEY = RunKey(1234, 1)
LOADED = ContextLoaded(
    [
        VariableMeta("xgm", "XGM", fingerprint="aa"),
        VariableMeta("agipd", "AGIPD", data="proc", fingerprint="bb"),
        VariableMeta("helper", "Helper", transient=True, fingerprint="cc"),
    ],
    [],
    "hash",
)


def stored(name, provenance="context.py", **attributes):
    text = json.dumps(attributes)
    return StoredValue(KEY, name, 1.0, 0.0, provenance=provenance, attributes_json=text)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([stored("xgm", fingerprint="aa", context_hash="old")], []),
        ([stored("xgm", fingerprint="ab", context_hash="hash")], ["xgm"]),
        ([stored("xgm", context_hash="hash")], []),
        ([stored("xgm", context_hash="old")], ["xgm"]),
        ([stored("xgm")], ["xgm"]),
        ([stored("xgm", provenance="my notebook")], []),
        ([], ["xgm"]),
        ([stored("xgm", fingerprint="aa"), stored("agipd", fingerprint="b")], ["agipd"]),
    ],
)
def test_only_values_of_other_fingerprint_are_stale(values, names):
    assert changed_since(values, LOADED, [KEY]) == ({KEY: names} if names else {})
