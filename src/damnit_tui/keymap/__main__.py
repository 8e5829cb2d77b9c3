"""`python -m damnit_tui.keymap > docs/keys.md`."""

from . import as_markdown

print(as_markdown(), end="")
