"""The user's Python while a daemon works: foreign, without a display, or gone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.ledger import JobState
from damnit_daemon.model import BlobKind, RunKey
from damnit_daemon.store import Database, load_values
from tests.daemon.daemon_process import wait_until

CONTEXT = """\
import sys
import matplotlib
from damnit_ctx import Variable

@Variable
def python(run):
    return sys.executable

@Variable
def figure(run):
    import matplotlib.pyplot as plt
    fig, ax = plt.subplots()
    ax.plot([1, 2, 1])
    return fig

@Variable
def backend(run):
    return matplotlib.get_backend().lower()
"""
PLOTLY = """\
import sys
from damnit_ctx import Variable

sys.modules["kaleido"] = None  # as if it were not installed

@Variable
def figure(run):
    import plotly.graph_objects as go
    return go.Figure(go.Scatter(y=[1, 2, 1]))

@Variable
def after(run):
    return 1
"""
KEY = RunKey(1234, 1)
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def linked(experiment, tmp_path):
    """An experiment whose context Python is a link, which can be taken away."""
    link = tmp_path / "env/bin/python"
    link.parent.mkdir(parents=True)
    link.symlink_to(sys.executable)
    config = Path(sys.prefix) / "pyvenv.cfg"
    (tmp_path / "env/pyvenv.cfg").symlink_to(config)
    (tmp_path / "env/lib").symlink_to(Path(sys.prefix) / "lib")
    made = experiment(CONTEXT, context_python=str(link))
    made.link = link
    return made


@pytest.mark.extended
def test_a_figure_is_drawn_without_a_display(linked):
    linked.environment |= {"DISPLAY": "nowhere:99", "MPLBACKEND": "tkagg"}
    linked.start_daemon()
    linked.arrive(1)
    linked.all_over(1)
    found = linked.cells(1)
    assert found["backend"] == "agg"
    assert found["figure"].kind is BlobKind.PNG
    assert found["python"] == str(linked.link)


@pytest.mark.extended
def test_plotly_figure_without_kaleido_is_stored_with_a_thumbnail(experiment):
    pytest.importorskip("plotly")
    it = experiment(PLOTLY)
    it.start_daemon()
    it.arrive(1)
    it.all_over(1)
    with Database(it.folder.database).reading() as con:
        rows = {row.name: row for row in load_values(con, keys=[KEY])}
    assert it.cells(1)["figure"].kind is BlobKind.PNG
    assert "thumbnail drawn by Matplotlib: " in rows["figure"].attributes["note"]
    assert "aleido" in rows["figure"].attributes["note"]
    with ResultsFile(it.folder.results_file(KEY)) as file:
        assert "scatter" in str(file.read("figure"))
    assert it.cells(1)["after"] == 1


@pytest.mark.extended
def test_missing_environment_is_the_reason_of_a_queued_job_until_restored(linked):
    linked.start_daemon()
    linked.arrive(1)
    linked.all_over(1)
    away = linked.link.with_name("away")
    linked.link.rename(away)
    linked.arrive(2)

    def waits():
        (job,) = linked.jobs(JobState.QUEUED) or (None,)
        return job is not None and f"The context Python {linked.link} is missing" in job.reason

    wait_until(waits)
    away.rename(linked.link)
    wait_until(lambda: linked.cells(2).get("python") == str(linked.link), timeout_s=60)
    assert {job.state for job in linked.all_over(2)} == {JobState.DONE}
