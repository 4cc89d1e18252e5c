"""Markdown as the pages of a PDF file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)

from workbench.ui.theme.tokens import RESOURCES

_POINTS = 10
_CODE_POINTS = 8.5
_MARGIN_MM = 16
_HEADING_GAP = 14
_CODE_GROUND = QColor("#f3f3f1")
_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)


class PrintedDocument(QTextDocument):
    """A document that loads nothing but pictures which are in the text itself."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        url = QUrl(name) if isinstance(name, str) else name
        return super().loadResource(kind, url) if url.scheme() == "data" else None


def load_fonts() -> None:
    """Make the fonts of the program known; once in a process."""
    for file in sorted((RESOURCES / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(file))


def document_of(text: str) -> PrintedDocument:
    """The text laid out for paper: code is broken at the margin, where Qt would cut it."""
    document = PrintedDocument()
    font = QFont("Inter")
    font.setPointSizeF(_POINTS)
    document.setDefaultFont(font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    document.setMarkdown(text, _FEATURES)
    code = QTextCharFormat()
    code.setFontFamilies(["JetBrains Mono"])
    code.setFontPointSize(_CODE_POINTS)
    block = document.begin()
    while block.isValid():
        if block.blockFormat().headingLevel() > 1:
            apart = QTextBlockFormat()
            apart.setTopMargin(_HEADING_GAP)
            QTextCursor(block).mergeBlockFormat(apart)
        if block.blockFormat().nonBreakableLines():
            cursor = QTextCursor(block)
            broken = QTextBlockFormat()
            broken.setNonBreakableLines(False)
            broken.setBackground(_CODE_GROUND)
            cursor.mergeBlockFormat(broken)
            cursor.movePosition(
                QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor
            )
            cursor.mergeCharFormat(code)
        block = block.next()
    return document


def write_pdf(text: str, title: str, path: Path) -> None:
    """Write Markdown into a PDF file on A4, pages numbered (OSError where it cannot be written)."""
    with path.open("wb"):
        pass  # Qt does not say why a file cannot be written
    writer = QPdfWriter(str(path))
    writer.setTitle(title)
    writer.setCreator("Prompt Workbench")
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM),
            QPageLayout.Unit.Millimeter,
        )
    )
    document_of(text).print_(writer)
