"""Fingerprints: changes of code that affect a variable and changes that do not."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from damnit_daemon.runner.context import read_source
from damnit_daemon.runner.fingerprint import Fingerprints
from damnit_daemon.runner.local_imports import LocalImports

SOURCE = '''\
import numpy as np
from damnit_ctx import Variable

XGM = "SA2_XTD1_XGM/XGM/DOOCS"
LIMIT = 500
UNUSED = 1


def mean_of(values):
    """The mean."""
    return np.mean(values)  # of all


@Variable(title="XGM/Energy", tags=["xgm"])
def energy(run):
    """Pulse energy."""
    return mean_of(run[XGM])


@Variable(title="High", summary="mean")
def high(run, energy: "var#energy"):
    return energy > LIMIT


@Variable()
def trains(run):
    return len(run.train_ids)
'''
DEPENDENCIES = {"energy": [], "high": ["energy"], "trains": []}


def fingerprints(source):
    lines = {}
    rows = source.splitlines()
    for number, row in enumerate(rows, 1):
        if row.startswith("def ") and rows[number - 2].startswith("@"):
            lines[row[4 : row.index("(")]] = number - 1
    made = Fingerprints(ast.parse(source), lines, DEPENDENCIES)
    return {name: made.of(name) for name in DEPENDENCIES}


BEFORE = fingerprints(SOURCE)


def changed(old, new):
    source = SOURCE.replace(old, new)
    assert source != SOURCE
    after = fingerprints(source)
    return {name for name in BEFORE if after[name] != BEFORE[name]}


def test_fingerprints_are_sixteen_hex_digits_and_distinct():
    assert len(set(BEFORE.values())) == 3
    assert all(len(digits) == 16 and int(digits, 16) >= 0 for digits in BEFORE.values())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("UNUSED = 1", "UNUSED = 2"),
        ("UNUSED = 1\n", "UNUSED = 1\n\n\n\n"),
        ("# of all", "# of every one"),
        ('"""The mean."""', '"""The average."""'),
        ('"""Pulse energy."""', '"""Energy of a pulse."""'),
        ('title="XGM/Energy"', 'title="Energy"'),
        ('tags=["xgm"]', 'tags=["beam"], cluster=True'),
        ('"SA2_XTD1_XGM/XGM/DOOCS"', "'SA2_XTD1_XGM/XGM/DOOCS'"),
        ("def trains(run):", "def trains(\n    run,\n):"),
    ],
)
def test_change_without_effect_on_values_keeps_fingerprints(old, new):
    assert changed(old, new) == set()


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("len(run.train_ids)", "len(run.train_ids) + 1", {"trains"}),
        ("np.mean(values)", "np.median(values)", {"energy", "high"}),
        ("XTD1", "XTD2", {"energy", "high"}),
        ("LIMIT = 500", "LIMIT = 600", {"high"}),
        ("LIMIT = 500", "LIMIT = 500\nLIMIT += 1", {"high"}),
        ("LIMIT = 500", "if XGM:\n    LIMIT = 500\nelse:\n    LIMIT = 1", {"high"}),
        ("import numpy as np", "import bottleneck as np", {"energy", "high"}),
        ('summary="mean"', 'summary="max"', {"high"}),
        ("def energy(run)", 'def energy(run, n: "meta#run_number")', {"energy", "high"}),
        ("import numpy as np\n", 'import numpy as np\nnp.seterr("raise")\n', {"energy", "high"}),
    ],
)
def test_change_of_code_changes_fingerprints_of_variable_and_dependents(old, new, names):
    assert changed(old, new) == names


def test_fingerprint_handles_recursion_and_unknown_variable():
    source = "def a():\n    return b()\ndef b():\n    return a()\n"
    made = Fingerprints(ast.parse(source), {"a": 1}, {"a": ["b"], "b": ["a"]})
    assert len(made.of("a")) == 16
    assert made.of("from elsewhere") == ""


GROUPS = """\
class XGM(Group):
    source: str

    @Variable()
    def energy(self, run):
        return run[self.source]


first = XGM("SA1")
second = XGM("SA2")
"""


def test_fingerprint_of_group_variable_depends_on_group_arguments():
    def made(source):
        lines = {"first.energy": 4, "second.energy": 4}
        prints = Fingerprints(ast.parse(source), lines, {})
        return prints.of("first.energy"), prints.of("second.energy")

    first, second = made(GROUPS)
    assert first != second
    assert made(GROUPS.replace('XGM("SA2")', 'XGM("SA3")'))[0] == first
    assert made(GROUPS.replace('XGM("SA2")', 'XGM("SA3")'))[1] != second
    assert made(GROUPS.replace("run[self.source]", "run[self.source].mean()"))[0] != first


NAMED = """\
from damnit_ctx import Group, Pipeline, Variable


@Group
class XGM:
    device: str

    @Variable(title="Energy")
    def energy(self, run):
        return run[self.device]


"""


@pytest.mark.parametrize(
    "made",
    [
        'sa2 = XGM(device="{}")',
        'g = XGM(name="sa2", device="{}")',
        'Pipeline.default().add(XGM(name="sa2", device="{}"))',
        'Pipeline.default().add({{"sa2": XGM(device="{}")}})',
        'p = Pipeline()\np.add(XGM(name="sa2", device="{}"))\nPipeline.set_default(p)',
    ],
)
def test_fingerprint_depends_on_group_arguments_for_each_way_of_naming(made):
    contexts = [
        read_source((NAMED + made.format(device)).encode(), Path("context.py")) for device in "ab"
    ]
    one, two = (context.fingerprint("sa2.energy") for context in contexts)
    assert one
    assert one != two


HELPED = """\
from damnit_ctx import Variable
{imports}

@Variable
def v(run):
    return {call}
"""


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """Modules beside the context file, of which one imports another."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("")
    (tmp_path / "tools" / "deep.py").write_text("from . import deeper\nX = deeper.Y\n")
    (tmp_path / "tools" / "deeper.py").write_text("Y = 1\n")
    text = "from tools.deep import X\n\ndef helped():\n    return X\n"
    (tmp_path / "helpers.py").write_text(text)
    yield tmp_path
    for name in ("helpers", "tools", "tools.deep", "tools.deeper"):
        sys.modules.pop(name, None)


def of_v(imports, call):
    source = HELPED.format(imports=imports, call=call)
    made = read_source(source.encode(), Path.cwd() / "context.py")
    return made.fingerprint("v"), made.loaded_event({}).helpers


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("import helpers", "helpers.helped()"),
        ("import helpers as h", "h.helped()"),
        ("from helpers import helped", "helped()"),
        ("from helpers import *", "helped()"),
        ("import tools.deep", "tools.deep.X"),
        ("from tools import deep", "deep.X"),
        ("def load():\n    import helpers\n    return helpers\n", "load().helped()"),
    ],
)
def test_fingerprint_depends_on_helper_modules_for_each_way_of_importing(beside, imports, call):
    before, helpers = of_v(imports, call)
    assert "tools/deeper.py" in helpers
    (beside / "unrelated.py").write_text("Y = 2\n")
    (beside / "tools" / "deeper.py").write_text("Y = 1  # one\n")
    assert of_v(imports, call)[0] == before
    (beside / "tools" / "deeper.py").write_text("Y = 2\n")
    assert of_v(imports, call)[0] != before


def test_change_of_unused_module_keeps_fingerprint(beside):
    before, _ = of_v("import helpers", "1")
    (beside / "helpers.py").write_text("X = 5\n")
    assert of_v("import helpers", "1")[0] == before


def test_unreadable_and_installed_modules_are_not_local_imports(beside):
    (beside / "helpers.py").write_text("from ....... import x\nfrom .. import y\nimport numpy\n")
    node = ast.parse("import helpers, numpy\nfrom broken import *")
    (beside / "broken.py").write_bytes(b"def \xff\0")
    found = LocalImports(beside).imported(node)
    assert found == {beside / "helpers.py"}
