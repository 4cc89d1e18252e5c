"""Pages of a PDF: no code is cut at the margin, nothing of the disk is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument

from workbench.ui.printing.pages import document_of, write_pdf

WIDTH = 480.0
LONG = "word = " + "value_" * 60 + "end"


def lines(document: QTextDocument) -> list[tuple[str, float]]:
    """The laid out lines with where they end."""
    document.setTextWidth(WIDTH)
    document.size()
    found = []
    block = document.begin()
    while block.isValid():
        layout = block.layout()
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            text = block.text()[line.textStart() : line.textStart() + line.textLength()]
            found.append((text, layout.position().x() + line.x() + line.naturalTextWidth()))
        block = block.next()
    return found


@pytest.mark.parametrize("text", [f"```python\n{LONG}\n```", f"> ```\n> {LONG}\n> ```", LONG])
def test_no_line_ends_beyond_the_margin_and_none_is_lost(qapp: object, text: str) -> None:
    found = lines(document_of(text))
    assert "".join(line for line, _ in found) == LONG
    assert len(found) > 1
    assert max(end for _, end in found) <= WIDTH


def test_code_and_tags_are_printed_as_they_are(qapp: object) -> None:
    document = document_of("Use <b>#include</b>:\n\n```c\n#include <iostream>\n  int x;\n```\n")
    assert "<b>#include</b>" in document.toPlainText()
    assert "#include <iostream>\n  int x;" in document.toPlainText()


def test_pictures_come_from_the_text_alone(qapp: object, tmp_path: Path) -> None:
    picture = tmp_path / "secret.png"
    picture.write_bytes(b"\x89PNG")
    document = document_of(f"![x]({picture.as_uri()})")
    kind = QTextDocument.ResourceType.ImageResource
    assert document.resource(int(kind.value), QUrl(picture.as_uri())) is None


def test_a_file_is_written_or_it_is_said_why_not(qapp: object, tmp_path: Path) -> None:
    write_pdf("# Title\n\nText", "Title", tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    with pytest.raises(FileNotFoundError):
        write_pdf("Text", "", tmp_path / "none" / "a.pdf")
