"""Changing the context file from the app: the document, and what comes of it when it is tried."""
