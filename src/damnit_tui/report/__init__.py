"""What happened on a shift, as Markdown."""
