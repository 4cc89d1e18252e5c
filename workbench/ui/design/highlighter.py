"""Colours for Jinja, front matter and role markers; variables in their colour of origin."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from workbench.ui.theme import color, theme

_HEAD, _BODY = 1, 0
_JINJA = re.compile(r"\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)|\{#.*?(?:#\}|$)")
_ROLE = re.compile(r"^\s*(?:system|user|assistant)\s*:\s*$")
_KEY = re.compile(r"^\s*(?:- )?([\w$-]+)\s*:")
_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|(\|\s*)?(?<![\w.])([A-Za-z_]\w*)")
_KEYWORDS = frozenset(
    (
        *(
            "if",
            "elif",
            "else",
            "endif",
            "for",
            "in",
            "endfor",
            "set",
            "endset",
            "macro",
            "endmacro",
        ),
        *("call", "endcall", "filter", "endfilter", "block", "endblock", "include", "import"),
        *("from", "extends", "is", "not", "and", "or", "recursive", "with", "endwith", "raw"),
        *("endraw", "true", "false", "none", "loop", "do"),
    )
)
_LONGEST = 5000


class Highlighter(QSyntaxHighlighter):
    """Highlights one prompt file. Lines of more than 5,000 characters stay plain."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._tones: Mapping[str, str] = {}
        self._formats: dict[str, QTextCharFormat] = {}
        theme().changed.connect(self._on_theme)

    def set_tones(self, tones: Mapping[str, str]) -> None:
        """The colours of the variables; repaints where they changed."""
        if tones != self._tones:
            self._tones = dict(tones)
            self.rehighlight()

    @Slot()
    def _on_theme(self) -> None:
        self._formats.clear()
        self.rehighlight()

    def _format(self, tone: str, *, bold: bool = False, italic: bool = False) -> QTextCharFormat:
        key = f"{tone}{bold}{italic}"
        if key not in self._formats:
            found = QTextCharFormat()
            found.setForeground(color(tone))
            if bold:
                found.setFontWeight(QFont.Weight.DemiBold)
            found.setFontItalic(italic)
            self._formats[key] = found
        return self._formats[key]

    def highlightBlock(self, text: str) -> None:
        first = self.currentBlock().blockNumber() == 0
        fence = text.rstrip() == "---"
        in_head = self.previousBlockState() == _HEAD
        if fence and (first or in_head):
            self.setCurrentBlockState(_HEAD if first else _BODY)
            self.setFormat(0, len(text), self._format("syn-delim"))
        elif in_head:
            self.setCurrentBlockState(_HEAD)
            self._head_line(text)
        else:
            self.setCurrentBlockState(_BODY)
            if len(text) <= _LONGEST:
                self._body_line(text)

    def _head_line(self, text: str) -> None:
        self.setFormat(0, len(text), self._format("syn-string"))
        key = _KEY.match(text)
        if key:
            self.setFormat(0, key.end(1), self._format("syn-key"))

    def _body_line(self, text: str) -> None:
        if _ROLE.match(text):
            self.setFormat(0, len(text), self._format("syn-role", bold=True))
        for part in _JINJA.finditer(text):
            if part[0].startswith("{#"):
                self.setFormat(part.start(), len(part[0]), self._format("syn-comment", italic=True))
            else:
                self.setFormat(part.start(), len(part[0]), self._format("syn-delim"))
                self._expression(part.start(), part[0])

    def _expression(self, start: int, text: str) -> None:
        for word in _WORD.finditer(text):
            name = word[2]
            if name is None:
                tone, bold, italic = "syn-string", False, False
            elif word[1]:
                tone, bold, italic = "syn-filter", False, True
            elif name.lower() in _KEYWORDS:
                tone, bold, italic = "syn-keyword", True, False
            else:
                tone, bold, italic = self._tones.get(name, "text"), False, False
            place = word.start(2) if name is not None else word.start()
            length = len(name) if name is not None else len(word[0])
            self.setFormat(start + place, length, self._format(tone, bold=bold, italic=italic))
