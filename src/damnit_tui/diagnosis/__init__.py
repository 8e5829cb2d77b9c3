"""Why a cell is empty: facts from database, ledger, context file and log, put into a chain."""
