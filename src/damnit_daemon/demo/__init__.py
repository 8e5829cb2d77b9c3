"""Synthetic proposals with real files, and a demo that processes runs as they arrive."""

from .proposal import Proposal, make_proposal, write_run

__all__ = ["Proposal", "make_proposal", "write_run"]
