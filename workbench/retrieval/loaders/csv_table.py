"""Tables: the lines as they are written; they are cut between rows, with the names of columns."""

from __future__ import annotations

import csv

from workbench.domain.sources.document import Block, Extracted
from workbench.retrieval.loaders.encodings import decode
from workbench.retrieval.loaders.loader import Loader, Source, register
from workbench.retrieval.loaders.text_builder import short_heading

_SAMPLE = 64 * 1024


def read(source: Source) -> Extracted:
    """The text of a table; its first row is the header of the block."""
    text, notes = decode(source.data)
    start = len(text) - len(text.lstrip("\n"))
    end = len(text.rstrip("\n"))
    header = ", ".join(_cells(text[start:], source.suffix))
    block = Block(start, end, "table", short_heading(header))
    return Extracted(kind="csv", title=source.stem, text=text, blocks=(block,), notes=notes)


def _cells(text: str, suffix: str) -> list[str]:
    """The names of the columns."""
    sample = text[:_SAMPLE]
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(sample[:4096], ",;\t|")
    except csv.Error:
        dialect = csv.excel_tab if suffix == ".tsv" else csv.excel
    try:
        return next(csv.reader(sample.split("\n"), dialect), [])
    except csv.Error:
        return []


CSV = register(Loader("csv", "table", frozenset({".csv", ".tsv"}), read))
