"""DAMNIT folders to go to: those of late, those that can be found, new ones."""
