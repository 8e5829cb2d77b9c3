"""Export the run table as Markdown, CSV, TSV, JSON, JSON Lines, HTML, Excel or Parquet.

table = load_table(database, TableSelection(filter="xgm > 500"))
write_table(table, Path("runs.xlsx"), "xlsx")
"""

from .files import FileTaken, format_of, write_table
from .formats import FORMATS, TEXT_FORMATS, Format, TextFormat, as_text_format, checked_format
from .table import Cancelled, ExportTable, Plain, Progress, TableSelection, format_time, load_table
from .text import export_table, markdown_table, render_text, text_parts

__all__ = [
    "FORMATS",
    "TEXT_FORMATS",
    "Cancelled",
    "ExportTable",
    "FileTaken",
    "Format",
    "Plain",
    "Progress",
    "TableSelection",
    "TextFormat",
    "as_text_format",
    "checked_format",
    "export_table",
    "format_of",
    "format_time",
    "load_table",
    "markdown_table",
    "render_text",
    "text_parts",
    "write_table",
]
