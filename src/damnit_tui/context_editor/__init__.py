"""The context file: edit, check, try on a run, save."""
