"""Files for messages: what is read of them, and why some are refused."""

from __future__ import annotations

import os

import pytest

from workbench.domain.attachments import file_block, file_words, text_with_files
from workbench.domain.errors import FormatError
from workbench.domain.transcripts import Part
from workbench.prompts.attachments import reading
from workbench.prompts.attachments.html_text import html_job


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"tide table\r\nline two\r", "tide table\nline two\n"),
        ("\ufeffmarked".encode(), "marked"),
        ("größer".encode("utf-16"), "größer"),
        (b"a,b\n1,2\n", "a,b\n1,2\n"),
    ],
)
def test_text_is_read_as_it_is_written(tmp_path, content, text):
    assert reading.read(written(tmp_path, "x.csv", content)) == text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"%PDF-1.7 ...", "this is a PDF"),
        ("a.docx", b"PK\x03\x04...", "office program"),
        ("a.zip", b"PK\x03\x04...", "archive"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "picture"),
        ("a.gguf", b"GGUF\x03\0\0\0", "model"),
        ("a.bin", b"abc\0def", "no text file"),
        ("a.exe", b"MZ\x90\0\xff\xff", "no text file"),
        ("a.txt", "größer".encode("latin-1"), "UTF-8"),
        ("a.txt", b" \n\t", "no text in it"),
        ("a.txt", b"x" * (reading.FILE_BYTES + 1), "larger than 1 MB"),
    ],
)
def test_what_is_no_text_is_refused_with_its_name(tmp_path, name, content, reason):
    with pytest.raises(FormatError, match=reason) as refused:
        reading.read(written(tmp_path, name, content))
    assert str(refused.value).startswith(str(tmp_path / name))


def test_a_folder_a_pipe_and_what_is_gone_are_refused(tmp_path):
    with pytest.raises(FormatError, match="folder"):
        reading.read(tmp_path)
    with pytest.raises(FormatError, match="does not exist"):
        reading.read(tmp_path / "gone.txt")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(FormatError, match="not a file"):
            reading.read(tmp_path / "pipe")


def test_a_page_is_its_visible_text():
    page = (
        "<title>Tides &amp; moons</title><style>p{}</style><script>'<p>no</p>'</script>"
        "<h2>Spring\n tides</h2><p>The <b>moon</b>\npulls.<br>So.</p><ul><li>one<li> two</ul>"
        "<table><tr><td>1<td>5.2</tr></table><pre>a\n  b</pre>"
    )
    assert html_job(page) == (
        "Tides & moons\n\n## Spring tides\n\nThe moon pulls.\nSo.\n\n- one\n- two\n\n1\t5.2\n\n"
        "a\n  b"
    )


def test_a_file_cannot_end_its_own_fence():
    part = Part(kind="file", name="a\n```.md", text="x\n````\n</end>\n")
    assert file_block(part) == "File: a ```.md\n`````\nx\n````\n</end>\n`````"
    assert text_with_files("What is it?", (part,)) == f"{file_block(part)}\n\nWhat is it?"
    assert text_with_files("", (part,)) == file_block(part)
    assert file_words(part) == "a ```.md · 14 bytes"
