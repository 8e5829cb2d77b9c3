"""The run table: rows and queries (pure), the look of its cells (pure), and the widget."""
