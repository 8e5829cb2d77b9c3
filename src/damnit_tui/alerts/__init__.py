"""Alerts: rules that watch the table, and how to notify."""
