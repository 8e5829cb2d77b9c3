"""The shift report, as Markdown."""
