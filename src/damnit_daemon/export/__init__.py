"""The run table as text or in a file: Markdown, CSV, TSV, JSON, Excel, Parquet.

table = load_table(database, Choice(filter="xgm > 500"))
write_table(table, Path("runs.xlsx"), "xlsx")
"""

from .files import FileTaken, format_of, write_table
from .formats import FORMATS, TEXT_FORMATS, Format, TextFormat, checked_format
from .table import Choice, Plain, Table, format_time, load_table
from .text import export_table, render_text

__all__ = [
    "FORMATS",
    "TEXT_FORMATS",
    "Choice",
    "FileTaken",
    "Format",
    "Plain",
    "Table",
    "TextFormat",
    "checked_format",
    "export_table",
    "format_of",
    "format_time",
    "load_table",
    "render_text",
    "write_table",
]
