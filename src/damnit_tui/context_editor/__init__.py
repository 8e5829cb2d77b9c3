"""The context editor: edit, check, try on a run, save."""
