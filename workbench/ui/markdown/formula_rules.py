r"""Formulas in Markdown: $...$, $$...$$, \(...\) and \[...\].

A dollar opens a formula only where no blank follows, and closes it only where none is before it and
no digit after it, so that "$5 and $6" are amounts. What is not closed, as while it is being
written, is shown as its source.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

FORMULA = "formula"
"""The type of the tokens; ``content`` is the source with its delimiters.

``info`` is what comes after it in its line.
"""
UNCLOSED = "formula_unclosed"
"""A paragraph that begins a formula which is not closed."""
_CLOSING = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
_MOST_LINES = 200
_AMOUNT = re.compile(r"[\d.,]+[ ,;/-][^\\]*[a-zA-Z]{2}[^\\]*$", re.DOTALL)
"""A number that is followed by words, without a command: an amount of money."""


def add_formulas(parser: MarkdownIt) -> MarkdownIt:
    """Let a parser know formulas."""
    parser.inline.ruler.before("escape", FORMULA, _inline)
    ends = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", FORMULA, _block, {"alt": ends})
    return parser


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
    inner = state.src[first:end]
    if end < 0 or not inner.strip() or (opening == "$" and not _is_formula(state, inner, end)):
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


def _is_formula(state: StateInline, inner: str, end: int) -> bool:
    """Whether what is between two dollars is no amount of money."""
    before = state.src[state.pos - 1] if state.pos else ""
    after = state.src[end + 1 : end + 2]
    if before.isalnum() or after.isalnum() or "\n\n" in inner:
        return False
    return inner == inner.strip() and not _AMOUNT.match(inner)


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
