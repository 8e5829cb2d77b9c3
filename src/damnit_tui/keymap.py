"""Every key of the app, once: bindings, footer, help screen and docs are drawn from here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from textual.binding import Binding, BindingType
from textual.keys import format_key


class Key(NamedTuple):
    """What a key does, and where."""

    id: str
    """`area.verb`: what settings refer to, for good."""
    keys: str
    """As Textual names them, separated by commas."""
    action: str
    text: str
    """What it does, for help and tooltips; begins in lower case."""
    owner: str
    """Whose binding it is: the table's, the main screen's, the app's or a dialog's."""
    section: str
    """Its heading in the help."""
    shown: str = ""
    """How the keys are written; empty: as they are."""
    footer: str = ""
    """Its word in the footer; empty: it is not there."""
    rank: int = 0
    """Its place in the footer, from the left; the last ones go first on a narrow screen."""


KEYS: tuple[Key, ...] = (
    Key("table.down", "down,j", "move_cursor(1, 0)", "next row", "table", "Move", "↓ j"),
    Key("table.up", "up,k", "move_cursor(-1, 0)", "previous row", "table", "Move", "↑ k"),
    Key("table.right", "right,l", "move_cursor(0, 1)", "next column", "table", "Move", "→ l"),
    Key("table.left", "left,h", "move_cursor(0, -1)", "previous column", "table", "Move", "← h"),
    Key("table.first", "g,ctrl+home", "move_first", "newest run", "table", "Move", "g"),
    Key("table.last", "G,ctrl+end", "move_last", "oldest run; 123G: run 123", "table", "Move", "G"),
    Key("table.line_start", "0,home", "move_line_start", "first column", "table", "Move", "0 Home"),
    Key(
        "table.line_end",
        "dollar_sign,end",
        "move_line_end",
        "last column",
        "table",
        "Move",
        "$ End",
    ),
    Key("table.page_down", "pagedown", "move_page(1.0)", "page down", "table", "Move", "PgDn"),
    Key("table.page_up", "pageup,ctrl+b", "move_page(-1.0)", "page up", "table", "Move", "PgUp"),
    Key(
        "table.half_down", "ctrl+d", "move_page(0.5)", "half a page down", "table", "Move", "ctrl-d"
    ),
    Key("table.half_up", "ctrl+u", "move_page(-0.5)", "half a page up", "table", "Move", "ctrl-u"),
    Key(
        "table.group_next",
        "right_square_bracket",
        "move_group(1)",
        "next group of columns",
        "table",
        "Move",
        "]",
    ),
    Key(
        "table.group_previous",
        "left_square_bracket",
        "move_group(-1)",
        "previous group of columns",
        "table",
        "Move",
        "[",
    ),
    Key(
        "table.problem",
        "x",
        "next_problem",
        "next cell that failed",
        "table",
        "Move",
        "x",
        "next problem",
        4,
    ),
    Key(
        "runs.command",
        "colon",
        "command",
        "go to a run by its number, or type a command",
        "main",
        "Move",
        ":",
        "command",
        5,
    ),
    Key(
        "runs.follow",
        "F",
        "follow",
        "go along with new runs, or not",
        "main",
        "Move",
        "F",
        "follow",
        6,
    ),
    Key(
        "table.inspect",
        "enter",
        "inspect",
        "the value in full, or why it is empty",
        "table",
        "Look",
        "⏎",
        "inspect",
        2,
    ),
    Key("runs.why", "w", "why", "why the cell is empty, down to the root", "main", "Look", "w"),
    Key("runs.plot", "p", "plot", "plot variables over runs, or within runs", "main", "Look", "p"),
    Key("runs.details", "i", "details", "all values of the run", "main", "Look", "i"),
    Key(
        "runs.differences",
        "d",
        "differences",
        "what differs between the marked runs",
        "main",
        "Look",
        "d",
    ),
    Key(
        "table.trends",
        "T",
        "trends",
        "how numbers went over the runs shown, under their titles",
        "table",
        "Look",
        "T",
    ),
    Key(
        "table.outliers",
        "X",
        "outliers",
        "point out numbers far from the others of their column",
        "table",
        "Look",
        "X",
    ),
    Key(
        "table.wider",
        "greater_than_sign",
        "widen(1)",
        "make the column wider",
        "table",
        "Look",
        ">",
    ),
    Key(
        "table.narrower",
        "less_than_sign",
        "widen(-1)",
        "make the column narrower",
        "table",
        "Look",
        "<",
    ),
    Key(
        "table.fit_width",
        "equals_sign",
        "fit_width",
        "make the column as wide as it needs",
        "table",
        "Look",
        "=",
    ),
    Key(
        "runs.preview",
        "v",
        "preview",
        "the data of the cell beside the table, or not",
        "main",
        "Look",
        "v",
    ),
    Key("runs.filter", "slash", "filter", "show only some runs", "main", "Find", "/", "filter", 3),
    Key(
        "runs.filter_value",
        "asterisk",
        "filter_value",
        "only runs with the value under the cursor",
        "main",
        "Find",
        "*",
    ),
    Key(
        "runs.clear_filter",
        "backslash",
        "clear_filter",
        "show all runs again",
        "main",
        "Find",
        "\\",
    ),
    Key(
        "runs.sort",
        "s",
        "sort(False)",
        "sort by this column; again: the other way round, then newest first",
        "main",
        "Find",
        "s",
    ),
    Key("runs.sort_reverse", "S", "sort(True)", "the same, the largest first", "main", "Find", "S"),
    Key(
        "runs.sort_also",
        "ctrl+s",
        "sort_also",
        "sort those that are equal by this column, too",
        "main",
        "Find",
        "ctrl-s",
    ),
    Key(
        "runs.filter_column",
        "vertical_line",
        "filter_column_values",
        "filter by what is in this column: values to tick, or a range",
        "main",
        "Find",
        "|",
    ),
    Key("runs.columns", "c", "columns", "choose columns: order, pins", "main", "Find", "c"),
    Key("runs.tags", "t", "tags", "only columns with some tags", "main", "Find", "t"),
    Key(
        "runs.find_column",
        "ctrl+f",
        "find_column",
        "go to a column by its name",
        "main",
        "Find",
        "ctrl-f",
    ),
    Key(
        "runs.search",
        "ctrl+n",
        "search",
        "look for a text in the cells; hides no run",
        "main",
        "Find",
        "ctrl-n",
    ),
    Key(
        "runs.next_match",
        "n",
        "next_match(1)",
        "next cell with that text, or with what the filter asks for",
        "main",
        "Find",
        "n",
    ),
    Key("runs.previous_match", "N", "next_match(-1)", "the cell before", "main", "Find", "N"),
    Key("table.mark", "space", "mark", "mark the run, or not any more", "table", "Mark", "Space"),
    Key(
        "table.mark_range",
        "V",
        "mark_range",
        "begin a range of runs; again: mark all in it",
        "table",
        "Mark",
        "V",
    ),
    Key(
        "table.mark_all",
        "a",
        "mark_all",
        "mark all runs that the filter shows",
        "table",
        "Mark",
        "a",
    ),
    Key(
        "runs.unmark",
        "escape",
        "unmark",
        "take all marks away, and what was looked for",
        "main",
        "Mark",
        "Esc",
    ),
    Key(
        "runs.edit",
        "e",
        "edit",
        "edit the cell: a comment, or a variable to fill in; of all marked runs at once",
        "main",
        "Edit",
        "e",
    ),
    Key("runs.undo", "u", "undo", "take back the last edit", "main", "Edit", "u"),
    Key("runs.redo", "U", "redo", "do again what was taken back", "main", "Edit", "U"),
    Key("runs.notes", "o", "notes", "notes: add one, look at all", "main", "Edit", "o"),
    Key(
        "runs.user_variable",
        "A",
        "user_variable",
        "add a variable to fill in, or change one",
        "main",
        "Edit",
        "A",
    ),
    Key(
        "runs.add_runs", "plus", "add_runs", "list runs before they are taken", "main", "Edit", "+"
    ),
    Key(
        "runs.delete_variable",
        "delete",
        "delete_variable",
        "delete the variable with all its data",
        "main",
        "Edit",
        "Del",
    ),
    Key("runs.copy", "y", "copy", "copy the cell", "main", "Take", "y", "copy", 7),
    Key(
        "runs.copy_rows",
        "Y",
        "copy_rows",
        "copy the run, or marked ones, as a table",
        "main",
        "Take",
        "Y",
    ),
    Key(
        "runs.export",
        "O",
        "export",
        "write runs to a file, or to the clipboard",
        "main",
        "Take",
        "O",
    ),
    Key("runs.log", "L", "log", "the log of the run", "main", "Look", "L"),
    Key("runs.reprocess", "r", "reprocess", "process runs again", "main", "Act", "r"),
    Key("runs.cancel", "K", "cancel_jobs", "cancel the jobs of the run", "main", "Act", "K"),
    Key("runs.jobs", "J", "jobs", "the daemon's jobs", "main", "Screens", "J"),
    Key("app.help", "question_mark", "help", "this help", "app", "Screens", "?", "help", 1),
    Key("app.redraw", "ctrl+l", "redraw", "draw the screen again", "app", "Screens", "ctrl-l"),
    Key("app.quit", "q,ctrl+q", "quit", "quit", "app", "Screens", "q", "quit", 8),
    Key("ticks.down", "down,j", "move(1)", "next line", "ticks", "Move", "↓ j"),
    Key("ticks.up", "up,k", "move(-1)", "line before", "ticks", "Move", "↑ k"),
    Key("ticks.page_down", "pagedown,ctrl+d", "page(1)", "page down", "ticks", "Move", "PgDn"),
    Key("ticks.page_up", "pageup,ctrl+u", "page(-1)", "page up", "ticks", "Move", "PgUp"),
    Key("ticks.first", "g,home", "move(-1000000)", "first line", "ticks", "Move", "g"),
    Key("ticks.last", "G,end", "move(1000000)", "last line", "ticks", "Move", "G"),
    Key("ticks.toggle", "space", "tick", "tick, or not", "ticks", "Find", "space", "tick"),
    Key("ticks.all", "a", "tick_all(True)", "tick all that are found", "ticks", "Find", "a", "all"),
    Key("ticks.none", "n", "tick_all(False)", "tick none of them", "ticks", "Find", "n", "none"),
    Key(
        "columns.down",
        "J,shift+down",
        "move_column(1)",
        "move the column down, in the table to the right",
        "columns",
        "Find",
        "J",
        "down",
    ),
    Key(
        "columns.up",
        "K,shift+up",
        "move_column(-1)",
        "move the column up, in the table to the left",
        "columns",
        "Find",
        "K",
        "up",
    ),
    Key("columns.pin", "p", "pin", "pin: it never scrolls away", "columns", "Find", "p", "pin"),
    Key(
        "columns.reset_widths",
        "w",
        "reset_widths",
        "all as wide as they need",
        "columns",
        "Find",
        "w",
        "reset widths",
    ),
    Key(
        "columns.reset_order",
        "o",
        "reset_order",
        "all in the usual order",
        "columns",
        "Find",
        "o",
        "reset order",
    ),
    Key("ticking.search", "slash", "search", "search the list", "ticking", "Find", "/", "search"),
    Key("ticking.keep", "enter", "keep", "take what is ticked", "ticking", "Find", "⏎", "take"),
    Key(
        "ticking.give_up",
        "escape,q",
        "give_up",
        "leave all as it was",
        "ticking",
        "Find",
        "Esc",
        "back",
    ),
    Key("tick_line.tick", "space", "tick", "tick, or not", "tick-line", "Find"),
    Key("range.keep", "enter", "keep", "take the range", "range", "Find", "⏎"),
    Key("range.give_up", "escape", "give_up", "leave all as it was", "range", "Find", "Esc"),
    Key("prompt.complete", "tab", "complete(1)", "complete the word", "prompt", "Find"),
    Key("prompt.complete_back", "shift+tab", "complete(-1)", "the one before", "prompt", "Find"),
    Key("prompt.older", "up", "history(-1)", "what was typed before", "prompt", "Find", "↑"),
    Key("prompt.newer", "down", "history(1)", "and after that", "prompt", "Find", "↓"),
    Key("prompt.give_up", "escape", "give_up", "back, as it was before", "prompt", "Find", "Esc"),
    Key("find.close", "escape", "close", "go back to where one was", "find", "Find", "Esc"),
    Key("find.next", "down,tab", "turn(1)", "the next that fits", "find", "Find", "↓ Tab"),
    Key("find.previous", "up,shift+tab", "turn(-1)", "the one before", "find", "Find", "↑"),
    Key("dialog.close", "escape,q,enter", "close", "close", "dialog", "Screens", "Esc", "close"),
    Key("dialog.down", "j,down", "scroll(1)", "further down", "dialog", "Move", "↓ j"),
    Key("dialog.up", "k,up", "scroll(-1)", "further up", "dialog", "Move", "↑ k"),
    Key("dialog.copy", "y", "copy", "copy what is shown", "cell", "Take", "y", "copy"),
    Key(
        "inspect.close",
        "escape,q",
        "close",
        "back to the table",
        "inspect",
        "Screens",
        "Esc",
        "back",
    ),
    Key(
        "inspect.next_run",
        "j",
        "walk(1)",
        "the next run of the table, or the one before, at the same scale",
        "inspect",
        "Move",
        "j k",
        "runs",
    ),
    Key("inspect.previous_run", "k", "walk(-1)", "the run before", "inspect", "Move"),
    Key(
        "inspect.cursor_right",
        "right",
        "point(1, 0)",
        "move the cursor that reads values out; scroll text",
        "inspect",
        "Move",
        "← ↑ ↓ →",
        "cursor",
    ),
    Key("inspect.cursor_left", "left", "point(-1, 0)", "the same to the left", "inspect", "Move"),
    Key("inspect.cursor_up", "up", "point(0, -1)", "the same up; scroll text", "inspect", "Move"),
    Key(
        "inspect.cursor_down",
        "down",
        "point(0, 1)",
        "the same down; scroll text",
        "inspect",
        "Move",
    ),
    Key(
        "inspect.cursor_far_right",
        "shift+right",
        "point(10, 0)",
        "move it further",
        "inspect",
        "Move",
        "shift-→ …",
    ),
    Key(
        "inspect.cursor_far_left",
        "shift+left",
        "point(-10, 0)",
        "the same to the left",
        "inspect",
        "Move",
    ),
    Key(
        "inspect.cursor_far_up", "shift+up", "point(0, -5)", "move it up by five", "inspect", "Move"
    ),
    Key("inspect.cursor_far_down", "shift+down", "point(0, 5)", "the same down", "inspect", "Move"),
    Key("inspect.no_cursor", "x", "no_point", "take the cursor away", "inspect", "Move", "x"),
    Key(
        "inspect.pan_left",
        "h",
        "pan(-1)",
        "a part to the left, or to the right",
        "inspect",
        "Move",
        "h l",
    ),
    Key("inspect.pan_right", "l", "pan(1)", "a part to the right", "inspect", "Move"),
    Key(
        "inspect.page_down",
        "pagedown,ctrl+d",
        "page(1)",
        "further down, or up, in an image or text",
        "inspect",
        "Move",
        "PgDn PgUp",
    ),
    Key("inspect.page_up", "pageup,ctrl+u", "page(-1)", "further up", "inspect", "Move"),
    Key(
        "inspect.closer",
        "plus,equals_sign",
        "zoom(1)",
        "closer, or further away, around the cursor",
        "inspect",
        "Look",
        "+ -",
        "zoom",
    ),
    Key("inspect.away", "minus", "zoom(-1)", "further away", "inspect", "Look"),
    Key(
        "inspect.whole",
        "0,home",
        "whole",
        "all of it; the beginning of a text",
        "inspect",
        "Look",
        "0",
    ),
    Key(
        "inspect.slice_on",
        "full_stop",
        "slice(1)",
        "back or on along the dimension that is cut",
        "inspect",
        "Look",
        ", .",
        "slice",
    ),
    Key("inspect.slice_back", "comma", "slice(-1)", "back along it", "inspect", "Look"),
    Key(
        "inspect.slice_far",
        "greater_than_sign",
        "slice(10)",
        "the same by ten",
        "inspect",
        "Look",
        "< >",
    ),
    Key(
        "inspect.slice_far_back",
        "less_than_sign",
        "slice(-10)",
        "back along it by ten",
        "inspect",
        "Look",
    ),
    Key(
        "inspect.dimension",
        "d",
        "next_dimension",
        "another dimension to be cut along",
        "inspect",
        "Look",
        "d",
    ),
    Key(
        "inspect.axes",
        "a",
        "next_axes",
        "draw other dimensions, as image or curve",
        "inspect",
        "Look",
        "a",
        "axes",
    ),
    Key(
        "inspect.choose",
        "v",
        "choose_member",
        "choose a variable of a Dataset",
        "inspect",
        "Look",
        "v",
        "variable",
    ),
    Key(
        "inspect.next_member",
        "right_square_bracket",
        "next_member(1)",
        "the next variable of a Dataset, or the one before",
        "inspect",
        "Look",
        "[ ]",
    ),
    Key(
        "inspect.previous_member",
        "left_square_bracket",
        "next_member(-1)",
        "the one before",
        "inspect",
        "Look",
    ),
    Key(
        "inspect.preview",
        "tab",
        "preview",
        "the data instead of its preview, or back",
        "inspect",
        "Look",
        "Tab",
        "preview/data",
    ),
    Key(
        "inspect.part",
        "z",
        "next_part",
        "real or imaginary part, magnitude, phase",
        "inspect",
        "Look",
        "z",
        "part",
    ),
    Key("inspect.log", "y", "log", "logarithmic values, or not", "inspect", "Look", "y", "log"),
    Key(
        "inspect.rescale",
        "r",
        "rescale",
        "fit the range of values to what is shown",
        "inspect",
        "Look",
        "r",
        "fit",
    ),
    Key("inspect.map", "c", "next_map", "another colour map", "inspect", "Look", "c", "colours"),
    Key(
        "inspect.how",
        "m",
        "next_how",
        "mean, greatest or least of pixels that share a place",
        "inspect",
        "Look",
        "m",
    ),
    Key(
        "inspect.profiles",
        "p",
        "profiles",
        "row and column of the cursor as curves",
        "inspect",
        "Look",
        "p",
        "profiles",
    ),
    Key("inspect.search", "slash", "search", "look for a text", "inspect", "Find", "/", "search"),
    Key(
        "inspect.next_match",
        "n",
        "next_match(1)",
        "where it is next, or was before",
        "inspect",
        "Find",
        "n N",
    ),
    Key("inspect.previous_match", "N", "next_match(-1)", "where it was before", "inspect", "Find"),
    Key(
        "inspect.facts",
        "i",
        "facts",
        "all that is known about the value",
        "inspect",
        "Look",
        "i",
        "facts",
    ),
    Key("inspect.copy", "Y", "copy", "copy what is shown, as text", "inspect", "Take", "Y"),
    Key(
        "inspect.save",
        "S",
        "save",
        "save as PNG, CSV, NPY, HTML or text",
        "inspect",
        "Take",
        "S",
        "save",
    ),
    Key("inspect.help", "question_mark", "help", "these keys", "inspect", "Screens", "?", "help"),
    Key("plot.close", "escape,q", "close", "back to the table", "plot", "Screens", "Esc", "back"),
    Key(
        "plot.y", "y", "choose_y", "choose what is plotted (Tab: several)", "plot", "Look", "y", "Y"
    ),
    Key("plot.x", "x", "choose_x", "choose along what", "plot", "Look", "x", "X"),
    Key(
        "plot.colour",
        "c",
        "choose_colour",
        "colour points by a third variable",
        "plot",
        "Look",
        "c",
        "colour",
    ),
    Key("plot.swap", "s", "swap", "swap X and Y", "plot", "Look", "s"),
    Key(
        "plot.over",
        "o",
        "next_over",
        "a point for each run, or the data within runs",
        "plot",
        "Look",
        "o",
        "over/within runs",
    ),
    Key(
        "plot.which",
        "a",
        "next_which",
        "of all runs, of those shown, or of marked ones",
        "plot",
        "Look",
        "a",
        "runs",
    ),
    Key(
        "plot.form",
        "m",
        "next_form",
        "points, line or histogram",
        "plot",
        "Look",
        "m",
        "form",
    ),
    Key("plot.log_x", "X", "log('x')", "logarithmic X, or not", "plot", "Look", "X"),
    Key("plot.log_y", "Y", "log('y')", "logarithmic Y, or not", "plot", "Look", "Y", "log"),
    Key(
        "plot.more_bins",
        "greater_than_sign",
        "bins(1.25)",
        "more bins in a histogram",
        "plot",
        "Look",
        "< >",
        "bins",
    ),
    Key("plot.fewer_bins", "less_than_sign", "bins(0.8)", "fewer bins", "plot", "Look", "<"),
    Key("plot.right", "l", "pan(0.25, 0)", "a part to the right", "plot", "Move", "l"),
    Key("plot.left", "h", "pan(-0.25, 0)", "a part to the left", "plot", "Move", "h"),
    Key("plot.up", "k", "pan(0, 0.25)", "a part up", "plot", "Move", "k"),
    Key("plot.down", "j", "pan(0, -0.25)", "a part down", "plot", "Move", "j"),
    Key(
        "plot.closer",
        "plus,equals_sign",
        "zoom(1)",
        "closer, around the cursor",
        "plot",
        "Move",
        "+ -",
        "zoom",
    ),
    Key("plot.away", "minus", "zoom(-1)", "further away", "plot", "Move", "-"),
    Key("plot.whole", "0,home", "whole", "all of it", "plot", "Move", "0", "all"),
    Key(
        "plot.next_point",
        "right",
        "point(1)",
        "read out the next point along X",
        "plot",
        "Move",
        "← →",
        "point",
    ),
    Key("plot.previous_point", "left", "point(-1)", "the one before", "plot", "Move", "←"),
    Key("plot.no_point", "n", "no_point", "read out no point", "plot", "Move", "n"),
    Key(
        "plot.open",
        "enter",
        "open",
        "go to the run of the point, in the table",
        "plot",
        "Move",
        "⏎",
        "run",
    ),
    Key("plot.save", "S", "save", "save as PNG, CSV or text", "plot", "Take", "S", "save"),
    Key("plot.copy", "C", "copy", "copy the plot as text", "plot", "Take", "C"),
    Key("plot.help", "question_mark", "help", "these keys", "plot", "Screens", "?", "help"),
    Key("choose.close", "escape", "close", "leave it", "choose", "Screens", "Esc"),
    Key("choose.down", "down", "move(1)", "next variable", "choose", "Move", "↓"),
    Key("choose.up", "up", "move(-1)", "previous variable", "choose", "Move", "↑"),
    Key("choose.also", "tab", "also", "this one too, or not any more", "choose", "Look", "Tab"),
    Key(
        "details.close",
        "escape,q",
        "close",
        "back to the table",
        "details",
        "Screens",
        "Esc",
        "back",
    ),
    Key(
        "details.next_run",
        "j",
        "walk(1)",
        "the next run of the table",
        "details",
        "Move",
        "j k",
        "runs",
    ),
    Key("details.previous_run", "k", "walk(-1)", "the run before", "details", "Move", "k"),
    Key(
        "details.open",
        "enter",
        "open",
        "look into the value, or why there is none",
        "details",
        "Look",
        "⏎",
        "inspect",
    ),
    Key("details.why", "w", "why", "why it is empty", "details", "Look", "w", "why"),
    Key(
        "details.search",
        "slash",
        "search",
        "look for a variable or value",
        "details",
        "Find",
        "/",
        "search",
    ),
    Key(
        "details.sort",
        "s",
        "sort",
        "by title, by what it took, or problems first",
        "details",
        "Find",
        "s",
        "sort",
    ),
    Key("details.copy", "y", "copy", "copy the list as text", "details", "Take", "y"),
    Key("details.help", "question_mark", "help", "these keys", "details", "Screens", "?", "help"),
    Key(
        "differences.close",
        "escape,q",
        "close",
        "back to the table",
        "differences",
        "Screens",
        "Esc",
        "back",
    ),
    Key(
        "differences.open",
        "enter",
        "open",
        "look into the value, or why there is none",
        "differences",
        "Look",
        "⏎",
        "inspect",
    ),
    Key("differences.plot", "p", "plot", "plot it over runs", "differences", "Look", "p", "plot"),
    Key(
        "differences.all",
        "a",
        "show_all",
        "what is the same, too, or not",
        "differences",
        "Look",
        "a",
        "all",
    ),
    Key(
        "differences.search",
        "slash",
        "search",
        "look for a variable or value",
        "differences",
        "Find",
        "/",
        "search",
    ),
    Key("differences.copy", "y", "copy", "copy the list as text", "differences", "Take", "y"),
    Key(
        "differences.help",
        "question_mark",
        "help",
        "these keys",
        "differences",
        "Screens",
        "?",
        "help",
    ),
    Key("lines.down", "down", "move(1)", "next line", "lines", "Move", "↓"),
    Key("lines.up", "up", "move(-1)", "line before", "lines", "Move", "↑"),
    Key("lines.page_down", "pagedown,ctrl+d", "page(1)", "page down", "lines", "Move", "PgDn"),
    Key("lines.page_up", "pageup,ctrl+u", "page(-1)", "page up", "lines", "Move", "PgUp"),
    Key("lines.first", "g,home", "move(-1000000)", "first line", "lines", "Move", "g"),
    Key("lines.last", "G,end", "move(1000000)", "last line", "lines", "Move", "G"),
    Key("save.close", "escape", "close", "save nothing", "save", "Screens", "Esc"),
    Key("members.close", "escape,q", "close", "close", "members", "Screens", "Esc"),
    Key("members.down", "j", "move(1)", "next variable", "members", "Move", "j"),
    Key("members.up", "k", "move(-1)", "previous variable", "members", "Move", "k"),
    Key("runs.daemon", "D", "daemon", "the daemon and its settings", "main", "Screens", "D"),
    Key("runs.context", "E", "context", "edit the context file", "main", "Act", "E"),
    Key("runs.proposals", "P", "proposals", "other proposals", "main", "Screens", "P"),
    Key("form.close", "escape", "close", "leave it", "form", "Screens", "Esc"),
    Key("form.accept", "enter", "accept", "do it", "form", "Screens", "⏎"),
    Key("jobs.close", "escape,q", "close", "back", "jobs", "Screens", "Esc", "back", 1),
    Key("jobs.log", "L", "log", "log of the job", "jobs", "Look", "⏎ L", "log", 2),
    Key("jobs.cancel", "K", "cancel", "cancel the job", "jobs", "Act", "K", "cancel", 3),
    Key("jobs.retry", "R", "retry", "do it once more", "jobs", "Act", "R", "retry", 4),
    Key(
        "jobs.retry_more",
        "M",
        "retry_more",
        "do it once more with other limits",
        "jobs",
        "Act",
        "M",
        "with more memory, time",
        5,
    ),
    Key(
        "jobs.earlier",
        "plus",
        "priority(1)",
        "earlier in the queue",
        "jobs",
        "Act",
        "+",
        "earlier",
        6,
    ),
    Key(
        "jobs.later", "minus", "priority(-1)", "later in the queue", "jobs", "Act", "-", "later", 7
    ),
    Key("daemon.close", "escape,q", "close", "back", "daemon", "Screens", "Esc", "back", 1),
    Key("daemon.start", "S", "start", "start the daemon", "daemon", "Act", "S", "start", 2),
    Key("daemon.stop", "T", "stop", "stop the daemon", "daemon", "Act", "T", "stop", 3),
    Key("daemon.restart", "R", "restart", "stop and start it", "daemon", "Act", "R", "restart", 4),
    Key("daemon.log", "L", "log", "what the daemon says", "daemon", "Look", "L", "log", 5),
    Key("daemon.edit", "e", "edit", "change the setting", "daemon", "Act", "⏎ e", "change", 6),
    Key("context.close", "escape", "close", "back", "context", "Screens", "Esc", "back", 1),
    Key("context.save", "ctrl+s", "save", "check and save", "context", "Act", "ctrl-s", "save", 2),
    Key(
        "context.check", "f5", "check", "check it in its Python", "context", "Act", "F5", "check", 3
    ),
    Key(
        "context.try",
        "f6",
        "try",
        "try it on a run, storing nothing",
        "context",
        "Act",
        "F6",
        "try",
        4,
    ),
    Key(
        "context.reprocess",
        "f9",
        "reprocess",
        "process again what is computed otherwise",
        "context",
        "Act",
        "F9",
        "reprocess",
        5,
    ),
    Key(
        "context.hints",
        "f7",
        "hints",
        "what catches the eye, at once",
        "context",
        "Act",
        "F7",
        "hints",
        6,
    ),
    Key(
        "context.external",
        "ctrl+e",
        "external",
        "edit it in $EDITOR",
        "context",
        "Act",
        "ctrl-e",
        "$EDITOR",
        7,
    ),
    Key("context.revert", "ctrl+r", "revert", "back to what is saved", "context", "Act", "ctrl-r"),
    Key(
        "context.force", "ctrl+t", "save_anyway", "save it all the same", "context", "Act", "ctrl-t"
    ),
    Key(
        "context.theirs",
        "ctrl+o",
        "take_theirs",
        "take what somebody else saved",
        "context",
        "Act",
        "ctrl-o",
    ),
    Key("report.close", "escape", "close", "back", "report", "Screens", "Esc", "back", 1),
    Key("report.copy", "ctrl+y", "copy", "copy it", "report", "Take", "ctrl-y", "copy", 2),
    Key(
        "report.save", "ctrl+s", "save", "write it to a file", "report", "Take", "ctrl-s", "file", 3
    ),
    Key(
        "report.send",
        "ctrl+l",
        "send",
        "send it to the logbook",
        "report",
        "Take",
        "ctrl-l",
        "logbook",
        4,
    ),
    Key("proposals.close", "escape", "close", "back", "proposals", "Screens", "Esc", "back", 1),
    Key("proposals.down", "down", "step(1)", "further down", "proposals", "Move", "↓"),
    Key("proposals.up", "up", "step(-1)", "further up", "proposals", "Move", "↑"),
    Key(
        "proposals.make",
        "ctrl+n",
        "make",
        "make a folder for the proposal typed",
        "proposals",
        "Act",
        "ctrl-n",
        "new",
        2,
    ),
    Key(
        "proposals.like",
        "ctrl+l",
        "make_like",
        "make one like the present one",
        "proposals",
        "Act",
        "ctrl-l",
        "new, like this one",
        3,
    ),
    Key("log.close", "escape,q", "close", "back", "log", "Screens", "Esc", "back", 1),
    Key("log.search", "slash", "search", "search", "log", "Find", "/", "search", 2),
    Key("log.next", "n", "next_match(1)", "next match", "log", "Find", "n", "next", 3),
    Key("log.previous", "N", "next_match(-1)", "previous match", "log", "Find", "N"),
    Key("log.error", "x", "error(1)", "next error", "log", "Move", "x", "next error", 4),
    Key(
        "log.error_before", "X", "error(-1)", "previous error", "log", "Move", "X", "error above", 5
    ),
    Key(
        "log.section_before", "[", "section(-1)", "previous job", "log", "Move", "[", "job above", 6
    ),
    Key("log.section", "]", "section(1)", "next job", "log", "Move", "]", "job below", 7),
    Key("log.last", "G,end", "last", "the end, and follow", "log", "Move", "G", "follow", 8),
    Key("log.first", "g,home", "first", "the beginning", "log", "Move", "g"),
    Key("log.down", "down,j", "move(1)", "further down", "log", "Move", "↓ j"),
    Key("log.up", "up,k", "move(-1)", "further up", "log", "Move", "↑ k"),
    Key("log.page_down", "pagedown,space,ctrl+f", "page(1)", "page down", "log", "Move", "PgDn"),
    Key("log.page_up", "pageup,ctrl+b", "page(-1)", "page up", "log", "Move", "PgUp"),
    Key("log.half_down", "ctrl+d", "page(0.5)", "half a page down", "log", "Move", "ctrl-d"),
    Key("log.half_up", "ctrl+u", "page(-0.5)", "half a page up", "log", "Move", "ctrl-u"),
    Key("log.right", "right,l", "sideways(1)", "more of long lines", "log", "Move", "→ l"),
    Key("log.left", "left,h", "sideways(-1)", "their beginning", "log", "Move", "← h"),
    Key(
        "conflict.theirs", "escape,q", "choose('theirs')", "keep what is there", "conflict", "Edit"
    ),
    Key("conflict.mine", "m", "choose('mine')", "write mine over it", "conflict", "Edit"),
    Key("conflict.again", "e", "choose('again')", "edit again", "conflict", "Edit"),
    Key("notes.close", "escape", "close", "close", "notes", "Screens", "Esc"),
    Key("notes.delete", "delete", "delete", "delete the note", "notes", "Edit", "Del"),
    Key("variable.close", "escape", "close", "give up", "variable", "Screens", "Esc"),
    Key("variable.save", "ctrl+s", "save", "save", "variable", "Edit", "ctrl-s"),
    Key("variables.close", "escape,q", "close", "close", "variables", "Screens", "Esc"),
    Key("variables.down", "j", "move(1)", "next variable", "variables", "Move", "j"),
    Key("variables.up", "k", "move(-1)", "previous variable", "variables", "Move", "k"),
    Key("deletion.close", "escape", "close", "give up, or stop", "deletion", "Screens", "Esc"),
    Key("export.write", "enter", "write", "write it", "export", "Take", "⏎"),
    Key("export.close", "escape", "close", "give up", "export", "Screens", "Esc"),
)

HELP_SECTIONS = ("Move", "Look", "Find", "Mark", "Edit", "Act", "Take", "Screens")
MAIN_OWNERS = frozenset({"table", "main", "app"})
"""Whose keys work while the table is all that is open."""
SCREENS = {
    "inspect": "Looking into a cell",
    "plot": "Plot",
    "details": "All values of a run",
    "differences": "What differs",
}
"""Screens with keys of their own: owner → heading in the help and on the page."""

BEFORE_TYPING = frozenset({"context", "report", "proposals"})
"""Whose keys work while somebody types into a text, which knows some of them too."""

PAGE_HEAD = """\
# Keys

The keys of the app, as `?` shows them there. Drawn from `damnit_tui/keymap.py`, not written:
`python -m damnit_tui.keymap > docs/keys.md`.
"""


OWN_KEYS = """\
## Your own keys

`settings.toml` in `~/.config/damnit-tui` (or below `XDG_CONFIG_HOME`) gives other keys to what is
in the tables above, by its id:

```toml
theme = "nord"

[keys]
"runs.filter" = "ctrl+g"
"runs.sort" = "f3, s"
```

Several keys stand with commas between; an empty text is no key. A key that was for something
else is lost to that. What makes no sense is told once when the app starts, and left as it was.
"""


def bindings(owner: str) -> list[BindingType]:
    """The bindings of one widget, screen or app."""
    return [
        Binding(
            key.keys,
            key.action,
            key.footer or key.text,
            show=bool(key.rank),
            key_display=key.shown or None,
            tooltip=key.text,
            id=key.id,
            priority=owner in BEFORE_TYPING,
        )
        for key in KEYS
        if key.owner == owner and key.keys
    ]


def help_lines(section: str) -> list[tuple[str, str]]:
    """The keys under one heading of the help, as they are written, with what they do."""
    return [(key.shown or key.keys, key.text) for key in _keys(section)]


def screen_lines(owner: str) -> list[tuple[str, str]]:
    """The keys of one screen, as they are written, with what they do; pairs are told once."""
    return [(key.shown, key.text) for key in KEYS if key.owner == owner and key.shown]


def footer_keys(owners: Collection[str] = MAIN_OWNERS) -> list[Key]:
    """The keys in the footer, from the left."""
    shown = (key for key in KEYS if key.rank and key.keys and key.owner in owners)
    return sorted(shown, key=lambda key: key.rank)


def as_markdown() -> str:
    """`docs/keys.md`: the keys of the table by heading, then those of the boxes over it."""
    of_table = [(section, _keys(section)) for section in HELP_SECTIONS]
    on_screens = [
        (heading, [key for key in KEYS if key.owner == owner]) for owner, heading in SCREENS.items()
    ]
    in_boxes = [key for key in KEYS if key.owner not in {*MAIN_OWNERS, *SCREENS}]
    parts = (*of_table, *on_screens, ("In a box over the table", in_boxes))
    from . import commands

    tables = [_table_of_keys(*part) for part in parts]
    return "\n".join([PAGE_HEAD, *tables, commands.as_markdown(), OWN_KEYS])


def _keys(section: str) -> list[Key]:
    return [key for key in KEYS if key.section == section and key.owner in MAIN_OWNERS]


def _table_of_keys(heading: str, keys: Iterable[Key]) -> str:
    lines = [f"## {heading}", "", "| key | does | id |", "|---|---|---|"]
    for key in keys:
        written = " ".join(f"`{_written(one)}`" for one in key.keys.split(","))
        lines.append(f"| {written} | {key.text} | `{key.id}` |")
    return "\n".join([*lines, ""])


def _written(key: str) -> str:
    *modifiers, last = key.split("+")
    name = format_key(last)
    return "-".join([*modifiers, name.capitalize() if len(name) > 1 else name])


if __name__ == "__main__":
    print(as_markdown(), end="")
