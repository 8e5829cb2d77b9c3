"""Find, open and create DAMNIT folders."""
