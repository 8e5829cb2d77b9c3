"""The run table: its rows (pure), the look of its cells and header (pure), and the widget."""
