"""Each look of the app: the colours of the themes, and the roles that are derived from them.

A role names the meaning of a text or an area. Style sheets use its parts as the variables
`$ROLE-color`, `$ROLE-background` and `$ROLE-style`; renderers use it as the component class
`role--ROLE`. Marks carry the meaning in each theme, and without colours. No Textual here: the
first screen is painted before it is imported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

PALETTES: Mapping[str, Mapping[str, Any]] = {
    "dark": {
        "primary": "#0178d4",
        "secondary": "#004578",
        "accent": "#ffa62b",
        "warning": "#ffa62b",
        "error": "#ba3c5b",
        "success": "#4ebf71",
        "foreground": "#e0e0e0",
    },
    "light": {
        "primary": "#005fa8",
        "secondary": "#5a6a78",
        "accent": "#a35200",
        "warning": "#b86e00",
        "error": "#b3123c",
        "success": "#1b7a3d",
        "foreground": "#1c1c1c",
        "background": "#fafafa",
        "surface": "#ececec",
        "panel": "#e2e2e2",
        "dark": False,
        "variables": {
            "block-cursor-foreground": "#ffffff",
            "footer-key-foreground": "#005fa8",
        },
    },
    "high-contrast": {
        "primary": "#00d7ff",
        "secondary": "#ffffff",
        "accent": "#ffff00",
        "warning": "#ffd700",
        "error": "#ff8080",
        "success": "#5fff5f",
        "foreground": "#ffffff",
        "background": "#000000",
        "surface": "#000000",
        "panel": "#000000",
        "text_alpha": 1.0,
        "variables": {
            "block-cursor-background": "#ffff00",
            "block-cursor-foreground": "#000000",
            "footer-key-foreground": "#ffff00",
        },
    },
    # After Okabe and Ito: blue against orange and yellow, which everyone can distinguish.
    "colour-blind": {
        "primary": "#0072b2",
        "secondary": "#56b4e9",
        "accent": "#56b4e9",
        "warning": "#f0e442",
        "error": "#e69f00",
        "success": "#56b4e9",
        "foreground": "#e8e8e8",
        "background": "#101418",
        "surface": "#1c2228",
        "panel": "#262d34",
        "variables": {
            "block-cursor-foreground": "#ffffff",
            "footer-key-foreground": "#f0e442",
        },
    },
}
"""Theme → arguments of Textual's `Theme`; the first one is the default."""

SERIES = {
    True: ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00"),
    False: ("#0072b2", "#b86e00", "#00795a", "#b0417f", "#6b7a00", "#b02a1a"),
}
"""True for dark themes → colours of `series0`, …: after Okabe and Ito, distinguishable for the
colour-blind; on white darker shades of the hues."""


class Look(NamedTuple):
    """Colours, as values of style sheets on the variables of a theme, and a text style."""

    color: str = ""
    background: str = ""
    style: str = ""


ROLES: Mapping[str, Look] = {
    # Text
    "text": Look("$foreground"),
    "strong": Look(style="bold"),
    "subdued": Look(style="dim"),
    "message": Look("$foreground 80%"),
    "facts": Look("$foreground 75%"),
    "aside": Look("$foreground 70%"),
    "quiet": Look("$foreground 60%"),
    "remark": Look("$foreground 50%"),
    "faint": Look("$foreground 40%"),
    "title": Look("$text-primary", style="bold"),
    "heading": Look("$text-secondary", style="bold"),
    "key": Look("$text-accent", style="bold"),
    "footer-key": Look("$footer-key-foreground", style="bold"),
    "readout": Look("$text-accent"),
    "typed": Look(style="bold underline"),
    # States
    "error": Look("$text-error"),
    "failure": Look("$text-error", style="bold"),
    "warning": Look("$text-warning"),
    "alert": Look("$text-warning", style="bold"),
    "missing": Look("$text-warning"),
    "success": Look("$text-success"),
    "arrival": Look("$text-success", style="bold"),
    "news": Look("$text-accent"),
    "calm": Look("$text-accent", style="bold"),
    # Frames
    "frame": Look("$primary"),
    "danger": Look("$error"),
    "divider": Look("$primary 40%"),
    # Beside the control with the focus, where there are several; lines to type in
    "focus": Look("$foreground"),
    "field": Look(background="$foreground 12%"),
    # The cursor of lists, and what is selected in them
    "highlight": Look("$block-cursor-foreground", "$block-cursor-background"),
    "highlight-blurred": Look(background="$block-cursor-blurred-background"),
    "row-cursor": Look("$block-cursor-foreground", "$block-cursor-background", "bold"),
    "selected": Look("$text-primary", style="bold"),
    # The table
    "column": Look("$foreground", style="bold"),
    "column-cursor": Look("$text-primary", style="bold"),
    "group": Look("$text-secondary", style="bold"),
    "rule": Look("$foreground 25%"),
    "note": Look("$text-secondary", style="italic"),
    "run": Look("$foreground 70%"),
    "run-cursor": Look("$text-primary", style="bold"),
    "cell-cursor": Look(
        "$block-cursor-foreground", "$block-cursor-background", "$block-cursor-text-style"
    ),
    "marked": Look("$text-warning", style="bold"),
    "marked-row": Look(background="$warning 18%"),
    "cursor-row": Look(background="$foreground 9%"),
    "match": Look("$foreground", "$warning 45%", "bold underline"),
    "odd": Look("$text-warning", style="underline"),
    "trend": Look("$text-accent"),
    "units": Look("$foreground 50%", style="italic"),
    "mark": Look("$text-accent"),
    # Drawings
    "label": Look("$foreground 70%"),
    "axis": Look("$foreground 40%"),
    "curve": Look("$text-accent", style="bold"),
    "range": Look("$primary"),
    "fit": Look("$foreground", style="bold"),
    "crosshair": Look("$warning", style="bold"),
    "gap": Look("$text-error", style="bold"),
    "passage": Look("black", "$warning"),
    **{f"series{n}": Look(f"$series-{n}") for n in range(len(SERIES[True]))},
}
"""Role → look, in each theme."""


class TerminalLook(NamedTuple):
    """A look in the terminal's own colours, which are not known, as parameters of SGR."""

    style: str = ""
    color: str = ""


TERMINAL: Mapping[str, TerminalLook] = {
    "column": TerminalLook("1"),
    "title": TerminalLook("1"),
    "group": TerminalLook("1", "36"),
    "rule": TerminalLook("2"),
    "units": TerminalLook("2"),
    "faint": TerminalLook("2"),
    "run": TerminalLook("2"),
    "error": TerminalLook(color="31"),
    "missing": TerminalLook(color="33"),
    "trend": TerminalLook(color="36"),
    "mark": TerminalLook(color="36"),
    "success": TerminalLook(color="32"),
    "quiet": TerminalLook("2"),
}
"""Role → look before the app runs; others look like plain text."""
VARIES = TerminalLook("1")
"""Added to numbers that vary within their run."""

PRINTED: Mapping[str, str] = {
    "axis": "dim",
    "fit": "bold",
    "series0": "blue",
    "series1": "yellow",
    "series2": "green",
    "series3": "magenta",
    "series4": "cyan",
    "series5": "red",
}
"""Role → style of Rich in plots printed in the terminal's own colours; others are plain."""

_VARIABLE = re.compile(r"\$([\w-]+)")
_PROPERTIES = ("color", "background", "text-style")


def component(role: str) -> str:
    """Return the component class of a role."""
    return f"role--{role}"


def component_classes(*roles: str) -> set[str]:
    """Return the component classes of a widget that renders these roles."""
    return {component(role) for role in roles}


def text_style(role: str) -> str:
    """Return the text style of a role that leaves colours as they are."""
    return ROLES[role].style


def role_variables(theme: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of all roles.

    Args:
        theme: The variables of the theme.
    """
    return {
        f"{role}-{part}": _VARIABLE.sub(lambda found: theme[found[1]], value)
        for role, look in ROLES.items()
        for part, value in look._asdict().items()
        if value
    }


def style_sheet() -> str:
    """Return the style sheet of the component classes."""
    rules = []
    for role, look in ROLES.items():
        parts = zip(look._fields, _PROPERTIES, look, strict=True)
        declarations = " ".join(f"{name}: ${role}-{part};" for part, name, value in parts if value)
        rules.append(f".{component(role)} {{ {declarations} }}")
    return "\n".join(rules)
