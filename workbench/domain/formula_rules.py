r"""Formulas in Markdown: $...$, $$...$$, \(...\) and \[...\].

A dollar opens a formula only where no blank follows, and closes it only where none is before it and
no digit after it, so that "$5 and $6" are amounts. What is not closed, as while it is being
written, is shown as its source. A bar in a formula does not end a cell of a table.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_inline import StateInline

from workbench.domain.formulas import FormulaKey

FORMULA = "formula"
"""The type of the tokens; ``content`` is the source with its delimiters.

``info`` is what comes after it in its line.
"""
UNCLOSED = "formula_unclosed"
"""A paragraph that begins a formula which is not closed."""
_CLOSING = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
_MOST_LINES = 200
_MAY_HAVE = re.compile(r"\$|\\[(\[]")
_BAR, _KEPT_BAR = re.compile(r"(?<!\\)\|"), "\ue07c"
_RULE_OF_TABLE = re.compile(r"[|:-][|: \t-]*")
_AMOUNT = re.compile(r"[\d.,]+[ ,;/-][^\\]*[a-zA-Z]{2}[^\\]*$", re.DOTALL)
"""A number that is followed by words, without a command: an amount of money."""


def add_formulas(parser: MarkdownIt) -> MarkdownIt:
    """Let a parser know formulas."""
    parser.inline.ruler.before("escape", FORMULA, _inline)
    ends = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", FORMULA, _block, {"alt": ends})
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    return parser


def formulas_of(parser: MarkdownIt, text: str) -> list[FormulaKey]:
    """The formulas of a text in order, as a parser with :func:`add_formulas` finds them."""
    if not _MAY_HAVE.search(text):
        return []
    blocks = parser.parse(text)
    tokens = [each for block in blocks for each in (block, *(block.children or ()))]
    return [key_of(each.content) for each in tokens if each.type == FORMULA]


def key_of(source: str) -> FormulaKey:
    """A formula with its delimiters as it is drawn."""
    return FormulaKey(bare(source), is_display(source))


def bare(source: str) -> str:
    """A formula without its delimiters."""
    opening = _opening(source, 0)
    return source[len(opening) : -len(opening)].strip()


def is_display(source: str) -> bool:
    """Whether a formula is on a line of its own."""
    return source.startswith(("$$", r"\["))


def _opening(text: str, at: int) -> str:
    if text.startswith(("$$", r"\(", r"\["), at):
        return text[at : at + 2]
    return "$" if text.startswith("$", at) else ""


def _end(text: str, at: int, opening: str, most: int) -> int:
    """Where the closing delimiter of a formula is, -1 where it is not closed."""
    closing, place = _CLOSING[opening], at
    while (place := text.find(closing, place, most)) >= 0:
        behind = 0
        while text[place - 1 - behind] == "\\" and place - 1 - behind >= at:
            behind += 1
        if behind % 2 == 0:
            return place
        place += 1
    return -1


def _inline(state: StateInline, silent: bool) -> bool:
    opening = _opening(state.src, state.pos)
    if not opening:
        return False
    first = state.pos + len(opening)
    end = _end(state.src, first, opening, state.posMax)
    if end < 0 and opening in (r"\(", r"\["):
        return _take(state, state.posMax, "text", silent=silent)
    is_amount = opening == "$" and end >= 0 and not _is_formula(state.src, state.pos, end)
    if end < 0 or is_amount or not state.src[first:end].strip():
        if opening == "$$":
            return _take(state, first, "text", silent=silent)
        return False
    return _take(state, end + len(opening), FORMULA, silent=silent)


def _take(state: StateInline, end: int, kind: str, *, silent: bool) -> bool:
    """Make a token of what is up to a place."""
    if not silent:
        state.push(kind, "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _is_formula(text: str, start: int, end: int) -> bool:
    """Whether what is between two dollars is no amount of money."""
    before = text[start - 1] if start else ""
    inner, after = text[start + 1 : end], text[end + 1 : end + 2]
    if before.isalnum() or after.isalnum() or "\n\n" in inner:
        return False
    return inner == inner.strip() and not _AMOUNT.match(inner)


def _table(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    """A table whose cells may have formulas with bars.

    In rows that would have another number of cells the parser sees another sign for those bars.
    """
    if line + 1 >= last or not _RULE_OF_TABLE.fullmatch(rule := _line(state, line + 1)):
        return table(state, line, last, silent)
    cells, source, made = len(_cells(rule)), state.src, len(state.tokens)
    if _KEPT_BAR not in source:
        pieces, at = [], 0
        for number in range(line, last):
            if state.isEmpty(number):
                break
            begin, end = state.bMarks[number] + state.tShift[number], state.eMarks[number]
            row = source[begin:end]
            if "|" in row and _MAY_HAVE.search(row) and len(_cells(row)) != cells:
                pieces += [source[at:begin], _with_kept_bars(row)]
                at = end
        if pieces:
            state.src = "".join((*pieces, source[at:]))
    found = table(state, line, last, silent)
    if state.src != source:
        state.src = source
        for token in state.tokens[made:]:
            token.content = token.content.replace(_KEPT_BAR, "|")
    return found


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _cells(row: str) -> list[str]:
    found = escapedSplit(row.strip())
    return found[not found[0] : len(found) - (len(found) > 1 and not found[-1])]


def _with_kept_bars(row: str) -> str:
    """A row with the bars of its formulas replaced, as long as it was."""
    at = 0
    while at < len(row):
        opening = _opening(row, at)
        if not opening:
            at += 2 if row[at] == "\\" else 1
            continue
        first = at + len(opening)
        end = _end(row, first, opening, len(row))
        if end < 0 or (opening == "$" and not _is_formula(row, at, end)):
            at = first
            continue
        row = row[:first] + _BAR.sub(_KEPT_BAR, row[first:end]) + row[end:]
        at = end + len(opening)
    return row


def _block(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    start = state.bMarks[line] + state.tShift[line]
    opening = _opening(state.src, start)
    if not is_display(opening) or state.is_code_block(line):
        return False
    lines: list[str] = []
    for number in range(line, min(last, line + _MOST_LINES)):
        if (
            number > line
            and 0 <= state.sCount[number] < state.blkIndent
            and not state.isEmpty(number)
        ):
            return False
        begins = state.bMarks[number] + state.tShift[number]
        lines.append(state.src[begins : state.eMarks[number]])
        text = "\n".join(lines)
        end = _end(text, len(opening), opening, len(text))
        if end >= 0:
            return _add_block(state, line, number + 1, text, end + len(opening), silent=silent)
    if text.strip() != opening and opening == "$$":
        return False
    end_line = next((each for each in range(line, last) if state.isEmpty(each)), last)
    if not silent:
        token = state.push(UNCLOSED, "", 0)
        token.map = [line, end_line]
        token.content = state.getLines(line, end_line, state.blkIndent, False).strip()
    state.line = end_line
    return True


def _add_block(
    state: StateBlock, line: int, behind: int, text: str, end: int, *, silent: bool
) -> bool:
    """A formula that has its lines for itself; a full stop after it is allowed."""
    if text[end:].strip(" .,;") or not bare(text[:end]):
        return False
    if not silent:
        token = state.push(FORMULA, "", 0)
        token.content, token.map = text[:end], [line, behind]
        token.info = text[end:].strip()
    state.line = behind
    return True
