"""A plotly figure whose thumbnail the reference draws with a browser, which may be missing."""

from damnit_ctx import Variable


@Variable
def plotly_figure(run):
    import plotly.graph_objects as go

    return go.Figure(data=go.Scatter(x=[1, 2, 3], y=[4, 5, 6]), layout={"width": 300})


@Variable
def number(run):
    return 1.0
