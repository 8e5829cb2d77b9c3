"""Plotly figures; by themselves, as the reference loses the whole run where it cannot draw one."""

from damnit_ctx import Cell, Variable


def _figure():
    import plotly.graph_objects as go

    return go.Figure(data=go.Scatter(x=[1, 2, 3], y=[4, 5, 6]), layout={"width": 300})


@Variable
def plotly_with_summary(run):
    return Cell(_figure(), summary_value="a figure")


@Variable
def plotly_preview(run):
    return Cell(1.0, summary_value=1.0, preview=_figure())
