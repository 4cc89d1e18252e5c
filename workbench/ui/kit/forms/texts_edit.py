"""A short list of texts, one a line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtWidgets import QPlainTextEdit

_HEIGHT = 62
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\"}
_ESCAPE = re.compile(r"\\[ntr\\]")


class TextsEdit(QPlainTextEdit):
    r"""Texts, one a line; a line break inside a text is written ``\n``."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        super().__init__()
        self.setProperty("input", True)
        self.setProperty("lines", 3)
        self.setTabChangesFocus(True)
        self.setFixedHeight(_HEIGHT)
        self.setPlaceholderText(r"One a line; \n is a line break")
        self.set_texts(texts)

    @property
    def texts(self) -> list[str]:
        """The texts; empty lines are none."""
        lines = self.toPlainText().split("\n")
        return [_ESCAPE.sub(lambda found: _ESCAPES[found[0]], line) for line in lines if line]

    def set_texts(self, texts: Iterable[str]) -> None:
        """Show other texts."""
        shown = "\n".join(_written(text) for text in texts)
        if shown != self.toPlainText():
            self.setPlainText(shown)


def _written(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace("\t", "\\t").replace("\r", "\\r")
