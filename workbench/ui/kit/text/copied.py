"""The text that Copy takes from a view."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QStringListModel
from PySide6.QtGui import QTextBlock, QTextCursor, QTextFormat

OBJECT = "\ufffc"
"""What Qt has in a text where a picture is."""
SOURCE = QTextFormat.Property.UserProperty.value + 1
"""The property of a picture's format that has the text it is drawn from."""


def selected_text(cursor: QTextCursor) -> str:
    """What is selected, with the source of each formula in its place."""
    text = cursor.selection().toPlainText()
    if OBJECT not in text:
        return text
    sources = iter(sources_between(cursor))
    return "".join(next(sources, each) if each == OBJECT else each for each in text)


def sources_between(cursor: QTextCursor) -> list[str]:
    """The sources of the pictures in a selection, in order."""
    found = []
    block = cursor.document().findBlock(cursor.selectionStart())
    while block.isValid() and block.position() < cursor.selectionEnd():
        for place, source in sources_of(block):
            if cursor.selectionStart() <= place < cursor.selectionEnd():
                found.append(source)
        block = block.next()
    return found


def sources_of(block: QTextBlock) -> list[tuple[int, str]]:
    """Where the pictures of a block are in the document, and their sources."""
    found, pieces = [], block.begin()
    while not pieces.atEnd():
        piece = pieces.fragment()
        source = piece.charFormat().property(SOURCE)
        if source is not None:
            # Neighbours of one format are one piece.
            found += [(piece.position() + at, str(source)) for at in range(piece.length())]
        pieces += 1
    return found


def text_alone(made: QMimeData, text: str) -> QMimeData:
    """What Qt made of a selection, with ``text`` in place of all that was in it.

    The clipboard is destroyed after Python has ended. Data that Qt made can be destroyed then; an
    object made here would call Python and crash the program at its end.
    """
    made.text()  # Qt fills it when it is first read, and would fill it after clear() otherwise
    made.clear()
    made.setText(text)
    return made


def text_and_page(text: str, page: str) -> QMimeData:
    """Data for the clipboard, made by Qt: a text, and HTML for programs that take that."""
    model = QStringListModel([""])
    made = model.mimeData([model.index(0)])
    made.clear()
    made.setText(text)
    made.setHtml(page)
    return made
