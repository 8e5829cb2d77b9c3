"""The text of a context file, highlighted in colours that suit the theme."""

from __future__ import annotations

from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

LIGHT_CODE = "light-code"
"""The syntax theme for light themes; Textual's own are for dark ones."""


class CodeArea(TextArea):
    """Python, read-only until a text is loaded."""

    DEFAULT_CSS = """
    CodeArea, CodeArea:focus { height: 1fr; border: none; padding: 0; }
    """

    def __init__(self) -> None:
        super().__init__(
            language=_language(), theme="css", soft_wrap=False, tab_behavior="indent",
            show_line_numbers=True, read_only=True,
        )  # fmt: skip

    def on_mount(self) -> None:
        """Follow the theme."""
        github = TextAreaTheme.get_builtin_theme("github_light")
        styles = github.syntax_styles if github is not None else {}
        self.register_theme(TextAreaTheme(LIGHT_CODE, syntax_styles=styles))
        self.watch(self.app, "theme", self._follow_theme)

    def _follow_theme(self) -> None:
        self.theme = "css" if self.app.current_theme.dark else LIGHT_CODE

    def go_to(self, line: int, column: int = 1) -> None:
        """Move the cursor to a place, 1-based."""
        if line:
            self.move_cursor((line - 1, max(0, column - 1)), center=True)

    def replace_all(self, text: str) -> None:
        """Replace the text as one edit, which can be undone."""
        if text != self.text:
            self.replace(text, (0, 0), self.document.end)


def _language() -> str | None:
    try:
        import tree_sitter_python  # noqa: F401 – whether it is there
    except ImportError:
        return None
    return "python"
