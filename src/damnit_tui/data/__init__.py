"""The app's access to disk and daemon: readers, change feed, edit queue. Uses no widgets."""
