"""Files are read within limits and written whole; names are usable on every system."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from workbench.domain.errors import DataSetError, FormatError, LibraryError, UsageError
from workbench.files import name_fault, read_beginning, read_bytes, read_text, write_file
from workbench.models.hub.repository import local_name
from workbench.prompts.formats.file_names import safe_parts
from workbench.prompts.library.names import file_name, folder_name

HIDES, SYSTEM, LONG, FORM, OUTSIDE = "invisible", "every system", "too long", "NFC", "outside"
HOSTILE = {
    "": OUTSIDE, ".": OUTSIDE, "..": OUTSIDE,
    "a/b": HIDES, "a\\b": HIDES, "C:a": HIDES, "a?": HIDES, "a*": HIDES, 'a"b': HIDES,
    "a\0b": HIDES, "a\nb": HIDES, "a\x7f": HIDES, "a\x85b": HIDES, "a\u200bb": HIDES,
    "a\u200cb": HIDES, "\u200cه": HIDES, "ه\u200c": HIDES, "ه\u200c\u200cه": HIDES,
    "خانه\u200dها": HIDES,
    "a\u202eb": HIDES, "a\u2066b": HIDES, "\ufeffa": HIDES, "a\udc80": HIDES,
    "con": SYSTEM, "NUL.md": SYSTEM, "com0": SYSTEM, "com¹.txt": SYSTEM, "CONIN$": SYSTEM,
    "a.": SYSTEM, "a ": SYSTEM, " a": SYSTEM,
    "e\u0301": FORM, "x" * 201: LONG, "é" * 101: LONG,
}  # fmt: skip
USUAL = [
    "a",
    "Größe und Maß.prompty",
    "écrit-2",
    "it's (new)",
    "日本",
    "👩",
    "خانه\u200cها",
    "क्\u200cष",
    ".env",
    "x" * 200,
]


@pytest.mark.parametrize(("name", "words"), HOSTILE.items(), ids=map(ascii, HOSTILE))
def test_a_hostile_name_is_refused_with_the_reason(name: str, words: str) -> None:
    assert words in name_fault(name)


@pytest.mark.parametrize("name", USUAL)
def test_a_usual_name_is_fine(name: str) -> None:
    assert name_fault(name) == ""


@pytest.mark.parametrize("name", HOSTILE, ids=map(ascii, HOSTILE))
def test_all_who_ask_for_a_name_refuse_the_same(name: str) -> None:
    """Space around a typed name is cut off, and letters that were typed in two parts joined."""
    typed_well = {" a": "a", "a ": "a", "e\u0301": "\u00e9"}
    if name in typed_well:
        assert folder_name(name) == typed_well[name]
    else:
        with pytest.raises(LibraryError):
            folder_name(name)
    if "/" not in name:
        with pytest.raises(FormatError):
            safe_parts(f"folder/{name}/file", "b.zip")
    if not {"/", "\\", "\u0301"} & {*name}:
        with pytest.raises(UsageError):
            local_name(name)


def test_a_file_name_gets_its_ending_before_it_is_checked() -> None:
    assert file_name(" a ") == "a.prompty"
    assert file_name("a.md") == "a.md"
    for name in ("", "nul", ".hidden", "x" * 200):
        with pytest.raises(LibraryError):
            file_name(name)


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"12345")
    assert read_bytes(path, 5, LibraryError) == b"12345"
    assert read_beginning(path, 3, LibraryError) == b"123"
    with pytest.raises(FormatError, match="larger than"):
        read_bytes(path, 4, FormatError)


def test_what_cannot_be_read_is_an_error_of_the_callers_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for place, words in (
        (path, "does not exist"), (tmp_path, "not a file"), (Path("a\0b"), "cannot be read")
    ):  # fmt: skip
        with pytest.raises(DataSetError, match=words):
            read_bytes(place, 5, DataSetError)
    path.write_bytes(b"ok\xff")
    with pytest.raises(DataSetError, match=r"not UTF-8 text \(byte 2\)"):
        read_text(path, 5, DataSetError)


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_file(path, b"old")
    path.chmod(0o640)
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    folder.mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - its kind depends on the system
        write_file(folder, b"x")
    assert list(tmp_path.iterdir()) == [folder]
