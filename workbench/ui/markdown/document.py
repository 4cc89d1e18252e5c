"""Blocks of Markdown in a document of Qt, laid out once and with nothing that is loaded.

Single line breaks are kept, as the model wrote them: verses, addresses and code without a fence are
lines too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markdown_it.token import Token
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextListFormat,
    QTextTableFormat,
)

from workbench.domain.formula_rules import FORMULA, UNCLOSED
from workbench.ui.markdown.formula_places import BLANK_LINE, FormulaPlaces
from workbench.ui.markdown.parts import parse, shown_text
from workbench.ui.theme import color, font
from workbench.ui.theme.tokens import TOKENS

_GAP = 8
_TIGHT = 2
_INDENT = 24
_MOST_CELLS = 3_000
_HEADINGS = {"h1": "title", "h2": "heading", "h3": "heading"}
_LIST_STYLES = (
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListCircle,
    QTextListFormat.Style.ListSquare,
)


def line_format(style: str = "reading", gap: int = 0) -> QTextBlockFormat:
    """Lines as high as the type style says, with ``gap`` pixels beneath."""
    made = QTextBlockFormat()
    made.setLineHeight(
        TOKENS.type[style].line, QTextBlockFormat.LineHeightTypes.MinimumHeight.value
    )
    made.setBottomMargin(gap)
    return made


def plain_document(document: QTextDocument, text: str, style: str = "reading") -> None:
    """Fill a document with a text as it is: every blank, every line."""
    document.clear()
    cursor = QTextCursor(document)
    cursor.setBlockFormat(line_format(style))
    cursor.insertText(shown_text(text))


def markdown_document(document: QTextDocument, text: str, width: int = 0) -> FormulaPlaces:
    """Fill a document with a text as Markdown; returns its formulas.

    ``width`` is the most that a formula may have, 0 as much as it wants.
    """
    document.clear()
    document.setIndentWidth(_INDENT)
    cursor = QTextCursor(document)
    formulas = FormulaPlaces(document, width)
    cursor.beginEditBlock()
    _Writer(cursor, formulas).write(parse(text))
    cursor.endEditBlock()
    return formulas


class _Writer:
    """Puts tokens of markdown-it at a cursor, block by block."""

    def __init__(self, cursor: QTextCursor, formulas: FormulaPlaces) -> None:
        self._cursor = cursor
        self._formulas = formulas
        self._is_first = True
        self._lists: list[Any] = []
        self._item_begins = False
        self._quotes = 0

    def write(self, tokens: Sequence[Token]) -> None:
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type == "table_open":
                end = next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")
                self._table(tokens[at:end])
                at = end
            else:
                self._one(token, tokens[at + 1] if at + 1 < len(tokens) else None)
            at += 1
        self._last_gap()

    def _one(self, token: Token, following: Token | None) -> None:
        kind = token.type
        if kind.endswith(("list_open", "list_close", "quote_open", "quote_close")):
            self._around(token)
        elif kind == "list_item_open":
            self._item_begins = True
            if following is None or following.type == "list_item_close":
                self._block(line_format())
        elif kind == "paragraph_open":
            self._block(line_format(gap=_TIGHT if token.hidden else _GAP))
        elif kind == "heading_open":
            self._heading(token.tag)
        elif kind == "inline":
            self._line(token)
        elif kind in (FORMULA, UNCLOSED):
            self._formula(token)
        elif kind in ("fence", "code_block"):
            self._code(token.content)
        elif kind == "hr":
            self._rule()

    def _line(self, token: Token) -> None:
        chars = self._cursor.charFormat()
        _Inline(self._cursor, chars, self._formulas).write(token.children or [])

    def _around(self, token: Token) -> None:
        """A list or a quote begins or ends."""
        if token.type == "blockquote_open":
            self._quotes += 1
        elif token.type == "blockquote_close":
            self._quotes -= 1
        elif token.type.endswith("_open"):
            self._lists.append([self._list_format(token), None])
        else:
            self._lists.pop()
            self._item_begins = False

    # --- blocks ---------------------------------------------------------------------------------

    def _block(self, made: QTextBlockFormat, style: QTextCharFormat | None = None) -> None:
        """Begin a block, in the list and the quotes that are open."""
        if self._quotes:
            made.setProperty(QTextFormat.Property.BlockQuoteLevel, self._quotes)
            made.setLeftMargin(16 * self._quotes)
        if self._lists and not self._item_begins:
            made.setIndent(len(self._lists))
        chars = style or self._plain()
        if self._is_first:
            self._cursor.setBlockFormat(made)
            self._cursor.setBlockCharFormat(chars)
            self._is_first = False
        else:
            self._cursor.insertBlock(made, chars)
        self._cursor.setCharFormat(chars)
        if self._lists and self._item_begins:
            made_of, known = self._lists[-1]
            if known is None:
                self._lists[-1][1] = self._cursor.createList(made_of)
            else:
                known.add(self._cursor.block())
            self._item_begins = False

    def _plain(self) -> QTextCharFormat:
        made = QTextCharFormat()
        if self._quotes:
            made.setForeground(QBrush(color("text-2")))
        return made

    def _list_format(self, token: Token) -> QTextListFormat:
        made = QTextListFormat()
        made.setIndent(len(self._lists) + 1)
        if token.type == "ordered_list_open":
            made.setStyle(QTextListFormat.Style.ListDecimal)
            made.setNumberSuffix(token.markup or ".")
            made.setStart(int(token.attrGet("start") or (0 if token.attrGet("start") == 0 else 1)))
        else:
            made.setStyle(_LIST_STYLES[len(self._lists) % len(_LIST_STYLES)])
        return made

    def _heading(self, tag: str) -> None:
        style = _HEADINGS.get(tag, "reading")
        made = line_format(style, _GAP)
        if not self._is_first:
            made.setTopMargin(2 * _GAP)
        made.setHeadingLevel(int(tag[1:]))
        chars = self._plain()
        shown = font(style)
        shown.setWeight(QFont.Weight.DemiBold)
        chars.setFont(shown)
        self._block(made, chars)

    def _code(self, text: str) -> None:
        """Code inside of a list or a quote, or indented: one block in the mono font."""
        made = line_format("code", _GAP)
        made.setBackground(QBrush(color("raised")))
        chars = QTextCharFormat()
        chars.setFont(font("code"))
        self._block(made, chars)
        self._cursor.insertText(shown_text(text.rstrip("\n")).replace("\n", BLANK_LINE), chars)

    def _formula(self, token: Token) -> None:
        """A formula in its own line, in the middle; one that is not closed is a paragraph."""
        made = line_format(gap=_GAP)
        if token.type == UNCLOSED:
            self._block(made)
            self._cursor.insertText(shown_text(token.content).replace("\n", BLANK_LINE))
            return
        made.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._block(made)
        chars = self._cursor.charFormat()
        self._formulas.insert(self._cursor, chars, token.content)
        self._cursor.insertText(shown_text(token.info), chars)

    def _rule(self) -> None:
        made = QTextBlockFormat()
        made.setProperty(
            QTextFormat.Property.BlockTrailingHorizontalRulerWidth,
            QTextLength(QTextLength.Type.PercentageLength, 100),
        )
        made.setBottomMargin(_GAP)
        self._block(made)

    def _last_gap(self) -> None:
        """No gap beneath the last line: what follows has its own."""
        made = self._cursor.blockFormat()
        made.setBottomMargin(0)
        self._cursor.setBlockFormat(made)

    # --- tables ---------------------------------------------------------------------------------

    def _table(self, tokens: Sequence[Token]) -> None:
        rows: list[list[Token]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(token)
        sides = [_side(token) for token in tokens if token.type == "th_open"]
        columns = max((len(each) for each in rows), default=0)
        if not columns or columns * len(rows) > _MOST_CELLS:
            self._code("\n".join(" | ".join(cell.content for cell in each) for each in rows))
            return
        if self._is_first:
            self._cursor.setBlockFormat(line_format())
        table = self._cursor.insertTable(len(rows), columns, _table_format())
        for number, cells in enumerate(rows):
            chars = QTextCharFormat()
            if number == 0:
                chars.setFontWeight(QFont.Weight.DemiBold.value)
            for column, (cell, side) in enumerate(zip(cells, sides, strict=False)):
                inner = table.cellAt(number, column).firstCursorPosition()
                made = QTextBlockFormat()
                made.setAlignment(side)
                inner.setBlockFormat(made)
                _Inline(inner, chars, self._formulas).write(cell.children or [])
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        # Qt keeps a block behind every table; what follows is written into it.
        self._is_first = True
        self._cursor.setBlockFormat(line_format())
        self._cursor.setCharFormat(QTextCharFormat())


def _side(heading: Token) -> Qt.AlignmentFlag:
    """The alignment of the cells under a heading of a table."""
    style = str(heading.attrGet("style") or "")
    if style.endswith("right"):
        return Qt.AlignmentFlag.AlignRight
    return Qt.AlignmentFlag.AlignHCenter if style.endswith("center") else Qt.AlignmentFlag.AlignLeft


class _Inline:
    """Puts the pieces of a line at a cursor: emphasis, code, links."""

    def __init__(self, cursor: QTextCursor, base: QTextCharFormat, formulas: FormulaPlaces) -> None:
        self._cursor = cursor
        self._formulas = formulas
        self._formats = [QTextCharFormat(base)]

    def write(self, children: Sequence[Token]) -> None:
        for token in children:
            kind = token.type
            if kind == "text":
                self._text(token.content)
            elif kind in ("softbreak", "hardbreak"):
                self._text(BLANK_LINE)
            elif kind == FORMULA:
                self._formulas.insert(self._cursor, self._formats[-1], token.content)
            elif kind == "code_inline":
                made = QTextCharFormat(self._formats[-1])
                made.setFont(font("code"))
                made.setBackground(QBrush(color("raised")))
                self._text(token.content, made)
            elif kind == "image":
                self._text(f"[image: {token.content}]")
            elif kind.endswith("_open"):
                self._formats.append(_opened(self._formats[-1], token))
            elif kind.endswith("_close") and len(self._formats) > 1:
                self._formats.pop()

    def _text(self, text: str, made: QTextCharFormat | None = None) -> None:
        self._cursor.insertText(shown_text(text), made or self._formats[-1])


def _opened(outer: QTextCharFormat, token: Token) -> QTextCharFormat:
    made = QTextCharFormat(outer)
    if token.type == "strong_open":
        made.setFontWeight(QFont.Weight.DemiBold.value)
    elif token.type == "em_open":
        made.setFontItalic(True)
    elif token.type == "s_open":
        made.setFontStrikeOut(True)
    elif token.type == "link_open":
        made.setAnchor(True)
        made.setAnchorHref(str(token.attrGet("href") or ""))
        made.setForeground(QBrush(color("link")))
        made.setFontUnderline(True)
    return made


def _table_format() -> QTextTableFormat:
    made = QTextTableFormat()
    made.setBorder(1)
    made.setBorderCollapse(True)
    made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    made.setBorderBrush(QBrush(color("line-strong")))
    made.setCellPadding(4)
    made.setTopMargin(_GAP)
    made.setBottomMargin(_GAP)
    made.setHeaderRowCount(1)
    return made
