"""The reprocess dialog, and the plan that it shows."""
