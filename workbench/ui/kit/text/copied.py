"""The text that Copy takes from a view."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QStringListModel


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
