"""PDF: the text of its pages, its outline as headings. Pictures of pages are not read."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.domain.errors import FormatError
from workbench.domain.sources.document import Extracted
from workbench.domain.text import count_text
from workbench.retrieval.loaders.loader import MOST_PAGES, Loader, Source, register
from workbench.retrieval.loaders.text_builder import TextBuilder

if TYPE_CHECKING:
    from pypdf import PdfReader

_OPERATIONS = 200_000
"""Of a page: a file of 3 kB can ask for seconds of work and 350 MB with pypdf's own limit."""
_STREAM_BYTES = 32 * 1024 * 1024
_OUTLINE = 5_000


def read(source: Source) -> Extracted:
    """The text of all pages; those that cannot be read are named in a note."""
    # Imported here, so that sandbox processes for templates need not load it.
    import pypdf  # noqa: PLC0415
    import pypdf.errors  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with pypdf.apply_configuration(
        stream_parsing_work_maximum_count=_OPERATIONS,
        zlib_maximum_output_length=_STREAM_BYTES,
        lzw_maximum_output_length=_STREAM_BYTES,
        run_length_maximum_output_length=_STREAM_BYTES,
        array_based_stream_maximum_output_length=_STREAM_BYTES,
        jbig2dec_binary=None,
    ):
        reader = pypdf.PdfReader(io.BytesIO(source.data))
        try:
            if reader.is_encrypted and not reader.decrypt(""):
                raise FormatError("", "it is protected by a password.")
        except pypdf.errors.DependencyError:
            raise FormatError("", "it is encrypted in a way that is not read here.") from None
        return _read(reader, source)


def _read(reader: PdfReader, source: Source) -> Extracted:
    count = len(reader.pages)
    if count > MOST_PAGES:
        reason = f"it has {count:,} pages, more than the {MOST_PAGES:,} that are read."
        raise FormatError("", reason)
    builder = TextBuilder("pdf", _title(reader) or source.stem)
    starts: list[int] = []
    failed: list[int] = []
    for number in range(count):
        try:
            text = reader.pages[number].extract_text()
        except Exception:  # whatever is wrong with a page, the others are read
            failed.append(number + 1)
            text = ""
        starts.append(builder.page(text))
    if failed and len(failed) == count:
        raise FormatError("", "none of its pages can be read: they are damaged or too complex.")
    if failed:
        pages = ", ".join(map(str, failed[:12]))
        builder.notes.append(
            f"{count_text(len(failed), 'page')} cannot be read, damaged or too complex: {pages}."
        )
    extracted = builder.build()
    for start, level, title in _headings(reader, extracted.text, starts):
        builder.mark_heading(start, level, title)
    return builder.build()


def _title(reader: PdfReader) -> str:
    try:
        found = reader.metadata
        return str(found.title or "") if found is not None else ""
    except Exception:  # a damaged one is none
        return ""


def _headings(reader: PdfReader, text: str, starts: list[int]) -> Iterator[tuple[int, int, str]]:
    """The entries of the outline: where each is in the text, its level and its words."""
    try:
        entries = list(_entries(reader, reader.outline, 1))
    except Exception:  # a damaged outline is none
        return
    for page, level, title in entries[:_OUTLINE]:
        words = title.split()
        if not words or not 0 <= page < len(starts):
            continue
        start = starts[page]
        end = starts[page + 1] if page + 1 < len(starts) else len(text)
        pattern = r"\s+".join(map(re.escape, words[:20]))
        # Only at the beginning of a line: elsewhere it is a mention.
        found = re.compile(rf"^[ \t]*{pattern}", re.M).search(text, start, end)
        yield (found.start() if found else start), level, " ".join(words)


def _entries(reader: PdfReader, outline: Any, level: int) -> Iterator[tuple[int, int, str]]:
    for each in outline:
        if isinstance(each, list):
            yield from _entries(reader, each, level + 1)
            continue
        page = reader.get_destination_page_number(each)
        yield (-1 if page is None else page), level, str(each.title or "")


PDF = register(Loader("pdf", "PDF", frozenset({".pdf"}), read))
