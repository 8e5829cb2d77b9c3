"""Watches: what somebody wants to be called for."""
