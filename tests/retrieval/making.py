"""Documents for tests, made in memory."""

from __future__ import annotations

import io
import zipfile
import zlib

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*contents: bytes, outline: tuple[str, ...] = (), filtered: bytes = b"") -> bytes:
    """A PDF with a page for each content stream, and an entry of the outline a page."""
    count = len(contents)
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R" + (b" /Outlines 5000 0 R" if outline else b"")}
    objects[1] += b" >>"
    kids = b" ".join(b"%d 0 R" % (10 + 2 * at) for at in range(count))
    objects[2] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    objects[3] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    for at, content in enumerate(contents):
        objects[10 + 2 * at] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (11 + 2 * at)
        )
        objects[11 + 2 * at] = b"<< /Length %d%s >>\nstream\n%s\nendstream" % (
            len(content), filtered, content,
        )  # fmt: skip
    for at, title in enumerate(outline):
        links = b" /Next %d 0 R" % (5002 + at) if at + 1 < len(outline) else b""
        objects[5001 + at] = b"<< /Title (%s) /Parent 5000 0 R /Dest [%d 0 R /Fit]%s >>" % (
            title.encode(), 10 + 2 * at, links,
        )  # fmt: skip
    if outline:
        objects[5000] = b"<< /Type /Outlines /First 5001 0 R /Last %d 0 R /Count %d >>" % (
            5000 + len(outline), len(outline),
        )  # fmt: skip
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF" % (
        max(objects) + 1, start,
    )  # fmt: skip
    return bytes(out)


def page(*lines: str) -> bytes:
    """The content of a page with lines of text."""
    shown = " ".join(f"({line}) Tj 0 -16 Td" for line in lines)
    return f"BT /F1 12 Tf 72 770 Td {shown} ET".encode("latin-1")


def bomb() -> bytes:
    """A page of a few kB with millions of operations."""
    return zlib.compress(b"0 0 m (x) Tj " * 2_000_000, 9)


def archive(members: dict[str, bytes | str]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


STYLES = f"""<w:styles xmlns:w="{W}">
<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="berschrift2"><w:name w:val="Heading 2"/></w:style></w:styles>"""


def docx(body: str, **others: bytes | str) -> bytes:
    """A document of Word with this body."""
    document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    members: dict[str, bytes | str] = {
        "word/document.xml": document, "word/styles.xml": STYLES, **others,
    }  # fmt: skip
    return archive(members)


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph of Word."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def epub(**chapters: str) -> bytes:
    """A book with these chapters."""
    items = "".join(
        f'<item id="{each}" href="text/{each}.xhtml" media-type="application/xhtml+xml"/>'
        for each in chapters
    )
    spine = "".join(f'<itemref idref="{each}"/>' for each in chapters)
    members: dict[str, bytes | str] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:x"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": '<package xmlns="urn:opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:title>The Ferry</dc:title></metadata><manifest>{items}</manifest>"
        f"<spine>{spine}</spine></package>",
    }
    members |= {f"OEBPS/text/{name}.xhtml": text for name, text in chapters.items()}
    return archive(members)
