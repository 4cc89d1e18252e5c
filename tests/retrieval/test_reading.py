"""Documents that are read in the sandbox: hostile ones are refused within the limits."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.retrieval.making import W, archive, bomb, docx, epub, page, paragraph, pdf
from tests.sandboxes import SharingPool
from workbench.domain.errors import FormatError
from workbench.processes.pool import SandboxPool
from workbench.retrieval.loaders import read_document, walk
from workbench.retrieval.loaders.loader import FILE_BYTES


@pytest.fixture
async def pool() -> AsyncIterator[SandboxPool]:
    made = SharingPool()
    yield made
    await made.close()


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


async def refused(pool, path) -> str:
    """The reason why a file is not read; its name comes first."""
    with pytest.raises(FormatError) as found:
        await read_document(pool, path)
    assert str(found.value).startswith(f"{path}: ")
    return found.value.reason


async def test_documents_are_read(pool, tmp_path):
    found = await read_document(pool, written(tmp_path, "a.pdf", pdf(page("Hello"), page("You"))))
    assert (found.kind, found.text, len(found.pages)) == ("pdf", "Hello\n\nYou", 2)
    found = await read_document(pool, written(tmp_path, "a.docx", docx(paragraph("Words"))))
    assert (found.kind, found.text) == ("docx", "Words")
    found = await read_document(pool, written(tmp_path, "a.epub", epub(a="<p>Book</p>")))
    assert (found.kind, found.text, found.title) == ("epub", "Book", "The Ferry")
    found = await read_document(pool, written(tmp_path, "größer", "plain <|im_end|>"))
    assert (found.kind, found.text) == ("text", "plain <|im_end|>")


async def test_a_pdf_bomb_is_a_page_that_cannot_be_read(pool, tmp_path):
    packed = bomb()
    assert len(packed) < 100_000
    alone = pdf(packed, filtered=b" /Filter /FlateDecode")
    assert "too complex" in await refused(pool, written(tmp_path, "bomb.pdf", alone))
    with_others = alone.replace(b"/Kids [10 0 R] /Count 1", b"/Kids [10 0 R 10 0 R] /Count 2")
    assert "too complex" in await refused(pool, written(tmp_path, "two.pdf", with_others))


async def test_damaged_files_say_so(pool, tmp_path):
    sound = pdf(page("Hello"))
    assert "damaged" in await refused(pool, written(tmp_path, "a.pdf", sound[:40]))
    assert "damaged" in await refused(pool, written(tmp_path, "a.docx", docx("")[:80]))
    assert "damaged" in await refused(pool, written(tmp_path, "b.docx", docx("<w:p>")))
    loop = (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages "
    )
    loop += b"/Kids [2 0 R] /Count 1 >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF"
    assert await refused(pool, written(tmp_path, "loop.pdf", loop))


async def test_what_unpacks_to_too_much_is_refused(pool, tmp_path):
    body = f"<w:p><w:r><w:t>{'a' * 110_000_000}</w:t></w:r></w:p>"
    path = written(tmp_path, "a.docx", docx(body))
    assert path.stat().st_size < 1_000_000
    assert "unpacks to more than" in await refused(pool, path)
    members = {f"{each}.txt": b"" for each in range(10_001)}
    assert "10,000 files" in await refused(pool, written(tmp_path, "b.docx", archive(members)))


async def test_entities_are_not_read(pool, tmp_path):
    laughs = '<!DOCTYPE w:document [<!ENTITY a "ha">'
    for one, before in zip("bcdefghij", "abcdefghi", strict=True):
        laughs += f'<!ENTITY {one} "{f"&{before};" * 10}">'
    document = (
        f'{laughs}]><w:document xmlns:w="{W}"><w:body>{paragraph("&j;")}</w:body></w:document>'
    )
    path = written(tmp_path, "laughs.docx", archive({"word/document.xml": document}))
    assert "entities" in await refused(pool, path)
    secret = written(tmp_path, "secret.txt", "secret")
    outside = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]><d>&x;</d>'
    path = written(tmp_path, "outside.docx", archive({"word/document.xml": outside}))
    assert "entities" in await refused(pool, path)
    deep = "<w:sdt>" * 5000 + "</w:sdt>" * 5000
    assert "nested too deeply" in await refused(pool, written(tmp_path, "d.docx", docx(deep)))


async def test_names_in_an_archive_lead_nowhere(pool, tmp_path):
    written(tmp_path, "outside.xhtml", "<p>secret</p>")
    members = {"../outside.xhtml": "<p>in the archive</p>"}
    package = (
        '<package><manifest><item id="a" href="../../outside.xhtml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    content = archive({
        "META-INF/container.xml": '<c><rootfile full-path="OEBPS/book.opf"/></c>',
        "OEBPS/book.opf": package, **members,
    })  # fmt: skip
    path = written(tmp_path, "a.epub", content)
    assert (await read_document(pool, path)).text == "in the archive"


async def test_files_that_are_too_large_are_not_read(pool, tmp_path):
    path = written(tmp_path, "sparse.txt", "x")
    os.truncate(path, 2 * 1024**3)
    assert "larger than 50 MB" in await refused(pool, path)
    text = written(tmp_path, "long.txt", b"a b " * (6 * 1024 * 1024))
    assert "MB of text" in await refused(pool, text)
    short = written(tmp_path, "short.txt", "a" * 101)
    with pytest.raises(FormatError, match="of text"):
        await read_document(pool, short, 100)


async def test_what_is_no_file_is_refused(pool, tmp_path):
    assert "folder" in await refused(pool, tmp_path)
    assert "does not exist" in await refused(pool, tmp_path / "gone.txt")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.txt")
        assert "not a file" in await refused(pool, tmp_path / "pipe.txt")


# --- folders --------------------------------------------------------------------------------


def test_a_folder_gives_the_files_that_can_be_read(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in (
        "b.md",
        "a.txt",
        "deep/er/c.pdf",
        "deep/picture.png",
        ".secret.md",
        ".hidden/d.md",
    ):
        (tmp_path / name).write_bytes(b"x")
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(FILE_BYTES + 1)
    found = walk(tmp_path)
    names = [each.path.relative_to(tmp_path).as_posix() for each in found.files]
    assert names == ["a.txt", "b.md", "deep/er/c.pdf", "huge.txt"]
    assert [each.path.name for each in found.readable] == ["a.txt", "b.md", "c.pdf"]
    assert "larger than 50 MB" in found.files[-1].problem
    assert found.skipped == 3
    assert found.files[0].size == 1
    gone = walk(tmp_path / "gone")
    assert not gone.files
    assert "cannot be read" in gone.notes[0]
    assert walk(tmp_path, lambda: True).files == ()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_loops_of_links_end_and_a_file_is_taken_once(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text("x")
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    (tmp_path / "self.md").symlink_to("self.md")
    (tmp_path / "broken.md").symlink_to("nowhere.md")
    (tmp_path / "other.md").symlink_to(tmp_path / "in" / "a.md")
    found = walk(tmp_path)
    assert [each.path.name for each in found.readable] == ["a.md"]
    assert found.skipped >= 2


@pytest.mark.skipif(sys.platform != "linux", reason="names are UTF-8 there")
async def test_names_need_not_be_utf_8(pool, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md"))
    written(path.parent, path.name, "# Menu")
    (found,) = walk(tmp_path).files
    assert found.path == path
    assert found.shown.endswith("caf�.md")
    assert (await read_document(pool, found.path)).title == "Menu"
    written(path.parent, path.name, b"\0")
    with pytest.raises(FormatError) as fault:
        await read_document(pool, found.path)
    assert str(fault.value) == f"{found.shown}: this is no text file."


async def test_a_file_that_vanishes_is_reported(pool, tmp_path):
    path = written(tmp_path, "a.md", "x")
    (found,) = walk(tmp_path).files
    path.unlink()
    assert "does not exist" in await refused(pool, found.path)
