"""The run table: rows and queries (pure), cell rendering (pure), and the widget."""
