"""The reprocess dialog, and its plan."""
