"""The text of a file for a message: UTF-8 or UTF-16; whatever else is refused with its reason."""

from __future__ import annotations

import codecs
from pathlib import Path, PurePath

from workbench import files
from workbench.domain.errors import FormatError

FILE_BYTES = 1024 * 1024
"""More has more tokens than any context here."""
HTML_ENDINGS = frozenset({".html", ".htm", ".xhtml"})
_NOT_YET = "only files of plain text can be attached so far."
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", f"this is a PDF: {_NOT_YET}"),
    (b"\xd0\xcf\x11\xe0", f"this is a document of an office program: {_NOT_YET}"),
    (b"{\\rtf", f"this is an RTF document: {_NOT_YET}"),
    (b"\x89PNG", "this is a picture, which the models here cannot see."),
    (b"\xff\xd8\xff", "this is a picture, which the models here cannot see."),
    (b"GIF8", "this is a picture, which the models here cannot see."),
    (b"GGUF", "this is a model: open it in Models."),
)
_OFFICE = frozenset({".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub"})
_ARCHIVE = b"PK\x03\x04"


def read(path: Path) -> str:
    """The text of a file, as it is written there.

    Raises:
        FormatError: it cannot be read, is no text, is empty, or is larger than 1 MB.
    """
    if path.is_dir():
        raise FormatError(str(path), "this is a folder: attach the files in it.")
    begins = files.read_beginning(path, 16, FormatError)
    reason = _refusal(begins, path)
    if reason:
        raise FormatError(str(path), reason)
    return decode(files.read_bytes(path, FILE_BYTES, FormatError), str(path))


def decode(content: bytes, path: str) -> str:
    """The text of a file's bytes.

    Raises:
        FormatError: it is no text, or there is none in it.
    """
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as fault:
        if b"\0" in content:
            raise FormatError(path, "this is no text file.") from None
        reason = f"the file is not UTF-8 text (byte {fault.start:,}): save it as UTF-8 first."
        raise FormatError(path, reason) from None
    if "\0" in text:
        raise FormatError(path, "this is no text file.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise FormatError(path, "there is no text in it.")
    return text


def _refusal(begins: bytes, path: PurePath) -> str:
    """Why a file that begins so is not read, "" where it may be a text."""
    for mark, reason in _KINDS:
        if begins.startswith(mark):
            return reason
    if begins.startswith(_ARCHIVE):
        if path.suffix.lower() in _OFFICE:
            return f"this is a document of an office program: {_NOT_YET}"
        return "this is an archive: attach the files in it."
    return ""
