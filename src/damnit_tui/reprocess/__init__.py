"""What will be done when runs are processed again, before it is."""
