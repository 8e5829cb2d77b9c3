"""Diagnosis of an empty cell, from database, ledger, context file and log."""
