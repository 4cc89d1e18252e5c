"""Colours for Jinja, front matter and role markers; variables in their colour of origin."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextBlock, QTextCharFormat, QTextDocument

from workbench.ui.editor.structure import qt_offset
from workbench.ui.theme import color, theme

_BODY, _HEAD, _EXPRESSION, _STATEMENT, _COMMENT, _RAW = range(6)
_OPENING = re.compile(r"\{[{%#]")
_RAW_BEGIN = re.compile(r"\{%[-+]?\s*raw\s*-?%\}")
_RAW_END = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_KINDS = {"{{": _EXPRESSION, "{%": _STATEMENT, "{#": _COMMENT}
_STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_CLOSING = {
    _EXPRESSION: re.compile(rf"(?:{_STRING}|[^}}'\"]|\}}(?!\}}))*?(-?\}}\}})"),
    _STATEMENT: re.compile(rf"(?:{_STRING}|[^'\"])*?([-+]?%\}})"),
    _COMMENT: re.compile(r".*?([-+]?#\})"),
    _RAW: re.compile(rf".*?({_RAW_END.pattern})"),
}
_ROLE = re.compile(r"^[ \t]*#?[ \t]*(?:system|user|assistant)[ \t]*:[ \t]*$", re.IGNORECASE)
_KEY = re.compile(r"^\s*(?:- )?([\w$-]+)\s*:")
_WORD = re.compile(
    rf"(?P<string>{_STRING})|(?P<pipe>\|\s*)?(?P<is>\bis\s+(?:not\s+)?)?"
    r"(?<![\w.])(?P<name>[A-Za-z_]\w*)|(?P<number>(?<![\w.])\d+(?:\.\d+)?)"
)
_DELIMITER = re.compile(r"[(){}\[\]|%,:=~<>!+*/-]+")
_BLOCKS = ("if", "for", "set", "macro", "call", "filter", "block", "with", "raw")
_KEYWORDS = frozenset(
    {*_BLOCKS, *(f"end{word}" for word in _BLOCKS), "elif", "else", "in", "is", "not", "and", "or"}
    | {"include", "import", "from", "extends", "as", "ignore", "missing", "without", "context"}
    | {"true", "false", "none", "True", "False", "None", "loop", "break", "continue", "recursive"}
)
_LONGEST = 5000
_AHEAD = 60
"""Lines in which the end of a tag that goes on is looked for."""


def is_variable(line: str, start: int, name: str) -> bool:
    """Whether the word at ``start`` of a line inside a tag is a variable's name.

    Keywords, filters, tests, attributes and texts in quotes are not.
    """
    begin = max(line.rfind(mark, 0, start) + len(mark) for mark in ("{{", "{%"))
    return any(
        word["name"] == name
        and word.start("name") == start
        and not word["pipe"]
        and not word["is"]
        and name not in _KEYWORDS
        for word in _WORD.finditer(line, begin if begin > 1 else 0)
    )


class Highlighter(QSyntaxHighlighter):
    """Highlights one prompt file. Lines of more than 5,000 characters stay plain."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._tones: Mapping[str, str] = {}
        self._formats: dict[str, QTextCharFormat] = {}
        self._line = ""
        self._long: set[tuple[int, str]] = set()
        theme().changed.connect(self._on_theme)

    def set_tones(self, tones: Mapping[str, str]) -> None:
        """The colours of the variables; repaints where they changed."""
        if tones != self._tones:
            self._tones = dict(tones)
            self.rehighlight()

    def show_long_tags(self, tags: set[tuple[int, str]]) -> None:
        """First line and kind of tags that go over several lines; repaints where they changed."""
        if tags == self._long:
            return
        changed = {line for line, _ in tags ^ self._long}
        self._long = set(tags)
        for line in sorted(changed):
            block = self.document().findBlockByNumber(line - 1)
            if block.isValid():
                self.rehighlightBlock(block)

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
        self._line = text
        first = self.currentBlock().blockNumber() == 0
        before = max(self.previousBlockState(), _BODY)
        fence = text.startswith("---") and text.rstrip() == "---"
        if fence and (first or before == _HEAD):
            self.setCurrentBlockState(_HEAD if first else _BODY)
            self._colour(0, len(text), self._format("syn-delim"))
        elif before == _HEAD:
            self.setCurrentBlockState(_HEAD)
            self._head_line(text)
        elif len(text) > _LONGEST:
            self.setCurrentBlockState(_BODY)
        else:
            self.setCurrentBlockState(self._body_line(text, before))

    def _head_line(self, text: str) -> None:
        self._colour(0, len(text), self._format("syn-string"))
        key = _KEY.match(text)
        if key:
            self._colour(0, key.end(1), self._format("syn-key"))

    def _body_line(self, text: str, state: int) -> int:
        """Colour a line that starts in ``state``; the state in which the next one starts."""
        if state == _BODY and _ROLE.match(text):
            self._colour(0, len(text), self._format("syn-role", bold=True))
            return _BODY
        position, continues = 0, state != _BODY
        while True:
            if state != _BODY:
                closing = _CLOSING[state].match(text, position)
                end = closing.end() if closing else len(text)
                self._tag(text, position, end, state)
                if closing is None:
                    return state if continues or self._closes_below(state) else _BODY
                position, state, continues = end, _BODY, False
            opening = _OPENING.search(text, position)
            if opening is None:
                return _BODY
            position, state = opening.start(), _KINDS[opening[0]]
            raw = _RAW_BEGIN.match(text, position) if state == _STATEMENT else None
            if raw is not None:
                self._tag(text, position, raw.end(), _STATEMENT)
                position, state = raw.end(), _RAW

    def _closes_below(self, state: int) -> bool:
        """Whether a tag that is open at the end of this line is closed further down.

        One that is being typed is not, and must not take the colour of all that follows.
        """
        block: QTextBlock = self.currentBlock().next()
        for _ in range(_AHEAD):
            if not block.isValid():
                return False
            text = block.text()
            if _CLOSING[state].match(text):
                return True
            if state in (_EXPRESSION, _STATEMENT) and _OPENING.search(text):
                return False
            block = block.next()
        return False

    def _tag(self, text: str, start: int, end: int, state: int) -> None:
        """Colour a piece of a tag."""
        if state == _COMMENT:
            self._colour(start, end, self._format("syn-comment", italic=True))
        elif state == _RAW:
            closing = _RAW_END.search(text, start, end)
            if closing is not None:
                self._tag(text, closing.start(), end, _STATEMENT)
        else:
            self._expression(text, start, end, statement=text.startswith("{%", start))

    def _expression(self, text: str, start: int, end: int, *, statement: bool) -> None:
        for part in _DELIMITER.finditer(text, start, end):
            self._colour(part.start(), part.end(), self._format("syn-delim"))
        head = statement
        for word in _WORD.finditer(text, start, end):
            name = word["name"]
            if name is None:
                self._colour(word.start(), word.end(), self._format("syn-string"))
                continue
            place = word.start("name")
            if word["is"]:
                self._colour(word.start("is"), word.start("is") + 2, self._keyword())
                if word["is"].split()[1:]:
                    self._colour(place - 4, place, self._keyword())
            if word["pipe"] or (word["is"] and name not in _KEYWORDS):
                found = self._format("syn-filter", italic=True)
            elif head or name in _KEYWORDS:
                found = self._keyword()
            else:
                found = self._format(self._tones.get(name, "text"))
            head = False
            self._colour(place, place + len(name), found)
            self._attributes(text, place + len(name), end, self._tones.get(name))

    def _attributes(self, text: str, start: int, end: int, tone: str | None) -> None:
        """The attributes of a variable have its colour."""
        while tone and text[start : start + 1] == "." and start < end:
            stop = start + 1
            while stop < end and (text[stop].isalnum() or text[stop] == "_"):
                stop += 1
            self._colour(start, stop, self._format(tone))
            start = stop

    def _keyword(self) -> QTextCharFormat:
        return self._format("syn-keyword", bold=True)

    def _colour(self, start: int, end: int, found: QTextCharFormat) -> None:
        begin = qt_offset(self._line, start)
        self.setFormat(begin, qt_offset(self._line, end) - begin, found)
