"""Details of one run, and differences between runs."""
