"""The text of bytes: UTF-8, UTF-16 with its mark, else the encoding that fits best."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from workbench.domain.errors import FormatError
from workbench.retrieval.loaders.loader import TEXT_CHARACTERS
from workbench.retrieval.loaders.text_builder import clean, too_much_text

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_SAMPLE = 256 * 1024
"""Bytes whose encoding is inferred."""
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x7f]")
_MOST_BINARY = 0.02
_WESTERN = "cp1252"
_ENCODINGS = (
    _WESTERN, "cp1251", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp932", "gb18030",
    "big5", "euc_jp", "euc_kr", "koi8_r",
)  # fmt: skip
"""Those that files have; among all that there are, rare ones win short texts."""
_FEW = 0.3
NO_TEXT = "this is no text file."
EMPTY = "there is no text in it."


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of bytes with line ends of one kind, and what is uncertain about it.

    Raises:
        FormatError: they are no text, or there is nothing in them.
    """
    encoding, notes = _encoding(data)
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        text = data.decode(encoding if notes else "utf-8", "replace")
        notes = (*notes, "Some of its characters cannot be read.")
    if "\0" in text:
        raise FormatError("", NO_TEXT)
    text = clean(text.removeprefix("\ufeff"))
    if not text.strip():
        raise FormatError("", EMPTY)
    if len(text) > TEXT_CHARACTERS:
        raise too_much_text()
    return text, notes


def _encoding(data: bytes) -> tuple[str, tuple[str, ...]]:
    if data.startswith(_UTF_32):
        return "utf-32", ()
    if data.startswith(_UTF_16):
        return "utf-16", ()
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        sample = data[max(0, fault.start - _SAMPLE // 2) :][:_SAMPLE]
    else:
        return "utf-8-sig", ()
    if b"\0" in data or len(_BINARY.findall(sample)) > _MOST_BINARY * len(sample):
        raise FormatError("", NO_TEXT)
    name = _infer(sample)
    return name, (f"It is not UTF-8: it is read as {name}, and some letters may be wrong.",)


def _infer(sample: bytes) -> str:
    """The encoding that fits best; the one of Western Europe where others fit no better."""
    matches = from_bytes(sample, cp_isolation=[*_ENCODINGS])
    best = matches.best()
    western = _decodes(sample, _WESTERN)
    if best is None:
        if western:
            return _WESTERN
        raise FormatError("", NO_TEXT)
    equal = [
        each for each in matches if (each.chaos, each.coherence) == (best.chaos, best.coherence)
    ]
    if any(_WESTERN in each.could_be_from_charset for each in equal):
        return _WESTERN
    # Few letters beyond ASCII, and no language that is known.
    few = sum(byte > 127 for byte in sample) < _FEW * len(sample)
    return _WESTERN if western and few and not best.coherence else best.encoding


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
