"""Thumbnails of Plotly figures without kaleido."""

import io

import numpy as np
import pytest
from PIL import Image

from damnit_ctx import Cell
from damnit_daemon.runner.plotly_picture import NothingDrawn, draw_figure
from damnit_daemon.runner.summary import summarise

go = pytest.importorskip("plotly.graph_objects")


@pytest.fixture(autouse=True)
def _no_kaleido(monkeypatch):
    monkeypatch.setattr(go.Figure, "to_image", lambda *_, **__: 1 / 0)


TRACES = {
    "line": lambda: go.Scatter(y=[1, 2, 1]),
    "markers": lambda: go.Scattergl(x=[1, 3], y=np.array([4.0, np.nan]), mode="markers"),
    "bars": lambda: go.Bar(x=["dark", "data"], y=[3, 4]),
    "lying bars": lambda: go.Bar(y=["dark", "data"], x=[3, 4], orientation="h"),
    "histogram": lambda: go.Histogram(x=np.arange(100) % 7),
    "heatmap": lambda: go.Heatmap(z=[[1, None], [3, 4]]),
    "image": lambda: go.Image(z=np.zeros((4, 5, 3), np.uint8)),
}


@pytest.mark.parametrize("kind", TRACES)
def test_plotly_figure_has_a_thumbnail_without_kaleido(kind):
    summary = summarise(Cell(go.Figure(TRACES[kind]())), None)
    with Image.open(io.BytesIO(summary.value)) as picture:
        assert max(picture.size) == 300
        assert len(picture.convert("L").getcolors()) > 2
    assert summary.note == "thumbnail drawn by Matplotlib: ZeroDivisionError: division by zero"


def test_undrawable_plotly_figure_has_a_note_instead_of_a_thumbnail():
    figure = go.Figure(go.Pie(values=[1, 2]))
    summary = summarise(Cell(figure), None)
    assert (summary.value, summary.note) == (
        "<thumbnail error>",
        "no thumbnail: ZeroDivisionError: division by zero",
    )
    with pytest.raises(NothingDrawn):
        draw_figure(figure)


def test_logarithmic_axis_of_plotly_figure_is_kept():
    figure = go.Figure(go.Scatter(y=[1, 100]), layout={"yaxis": {"type": "log"}})
    assert draw_figure(figure).axes[0].get_yscale() == "log"
