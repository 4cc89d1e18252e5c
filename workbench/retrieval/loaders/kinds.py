"""Which loader reads a file, by its content and its ending; and what is refused.

The loaders are imported here, which registers them.
"""

from __future__ import annotations

from workbench.domain.errors import FormatError
from workbench.retrieval.loaders.archive import Archive
from workbench.retrieval.loaders.code import CODE
from workbench.retrieval.loaders.csv_table import CSV
from workbench.retrieval.loaders.docx import BODY, DOCX
from workbench.retrieval.loaders.epub import CONTAINER, EPUB
from workbench.retrieval.loaders.html import HTML
from workbench.retrieval.loaders.loader import LOADERS, Loader, Source
from workbench.retrieval.loaders.markdown import MARKDOWN
from workbench.retrieval.loaders.pdf import PDF
from workbench.retrieval.loaders.plain_text import TEXT

_HEAD_BYTES = 1024
_PDF_MARK = b"%PDF-"
_PICTURE = "this is a picture, which the models here cannot see."
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "this is a document of an older office program: save it as DOCX or PDF."),
    (b"{\\rtf", "this is an RTF document: save it as DOCX or PDF."),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"GGUF", "this is a model: open it in Models."),
    (b"SQLite format 3\0", "this is a database."),
    (b"\x1f\x8b", "this is an archive: unpack it and take the files in it."),
    (b"7z\xbc\xaf", "this is an archive: unpack it and take the files in it."),
    (b"Rar!", "this is an archive: unpack it and take the files in it."),
    (b"\x7fELF", "this is a program."),
    (b"MZ\x90", "this is a program."),
)
_ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_OFFICE = {
    ".xlsx": "this is a spreadsheet: save it as CSV.",
    ".ods": "this is a spreadsheet: save it as CSV.",
    ".pptx": "these are slides: save them as PDF.",
    ".odp": "these are slides: save them as PDF.",
    ".odt": "this is an OpenDocument text: save it as DOCX or PDF.",
    ".pages": "this is a document of Pages: save it as DOCX or PDF.",
}
BY_SUFFIX: dict[str, Loader] = {
    suffix: loader
    for loader in (TEXT, MARKDOWN, HTML, PDF, DOCX, EPUB, CSV, CODE)
    for suffix in loader.suffixes
}


def loader_for(source: Source) -> Loader:
    """The loader that reads a file; what has no known ending is read as text.

    Raises:
        FormatError: it is of a kind that is not read; says which.
    """
    head = source.data[:_HEAD_BYTES]
    for mark, reason in _REFUSED:
        if head.startswith(mark):
            raise FormatError("", reason)
    if head.startswith(_ARCHIVE):
        return _of_archive(source)
    if _PDF_MARK in head and (source.suffix == ".pdf" or head.lstrip().startswith(_PDF_MARK)):
        return PDF
    found = BY_SUFFIX.get(source.suffix, TEXT)
    if found in {PDF, DOCX, EPUB}:
        raise FormatError("", f"this is no {found.title}, although its name ends so.")
    return found


def _of_archive(source: Source) -> Loader:
    if source.suffix in _OTHER_OFFICE:
        raise FormatError("", _OTHER_OFFICE[source.suffix])
    names = Archive(source.data).names
    if BODY in names:
        return DOCX
    if CONTAINER in names:
        return EPUB
    raise FormatError("", "this is an archive: unpack it and take the files in it.")


def all_loaders() -> tuple[Loader, ...]:
    """All loaders, in order of registration."""
    return tuple(LOADERS)
