"""Handlebars and Mustache as a tree of texts, tags and blocks."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from workbench.domain.runs.spec import Json
from workbench.prompts.formats.template_ast import DEPTH, Untranslatable

Dialect = Literal["handlebars", "mustache"]

_TAG = re.compile(
    r"(?P<escape>\\\{\{)|(?P<slash>\\\\(?=\{\{))"
    r"|(?:\{\{(?P<left>~?)!--(?P<comment>.*?)--(?P<right>~?)\}\}"
    r"|\{\{\{(?P<triple>[^{}]*)\}\}\}"
    r"|\{\{(?P<left2>~?)(?P<code>[^{}]*?)(?P<right2>~?)\}\})",
    re.DOTALL,
)
_WORD = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\|(?P<names>[^|]*)\|"""
    r"""|(?P<named>[\w-]+)=|(?P<word>[^\s|="']+)"""
)
_LINE_START = re.compile(r"(?:^|\n)[ \t]*\Z")
_LINE_END = re.compile(r"^[ \t]*(?:\n|$)")


class Token(NamedTuple):
    """``code`` is None for text; ``line`` counts from 1."""

    code: str | None
    text: str
    line: int


class Block:
    """A block that is open while reading."""

    def __init__(self, head: str, line: int) -> None:
        self.head = head
        self.line = line
        self.body: list[Token | Block] = []
        self.otherwise: list[Token | Block] | None = None

    def add(self, item: Token | Block) -> None:
        """Put an item into the part that is being read."""
        (self.body if self.otherwise is None else self.otherwise).append(item)


def _tokens(source: str) -> list[Token]:
    found: list[Token] = []
    position = line = 0
    strip = False

    def text(value: str, line: int) -> None:
        value = value.lstrip() if strip else value
        if found and found[-1].code is None:
            value, line = found[-1].text + value, found.pop().line
        found.append(Token(None, value, line))

    for match in _TAG.finditer(source):
        before = source[position : match.start()]
        line += before.count("\n")
        here, position = line + 1, match.end()
        line += match.group().count("\n")
        if match["escape"] or match["slash"]:
            text(before + match.group()[1:], here)
            strip = False
            continue
        if match["left"] or match["left2"]:
            before = before.rstrip()
        text(before, here)
        strip = bool(match["right"] or match["right2"])
        if match["comment"] is not None:
            found.append(Token("!", match.group(), here))
        elif match["triple"] is not None:
            found.append(Token(match["triple"].strip(), match.group(), here))
        else:
            found.append(Token(match["code"].strip(), match.group(), here))
    text(source[position:], line + 1)
    return found


def _standalone(tokens: list[Token]) -> list[Token]:
    """Without the lines that hold nothing but a block's tag; texts and tags alternate."""
    texts = {index: token.text for index, token in enumerate(tokens) if token.code is None}
    for index, token in enumerate(tokens):
        code = token.code
        if code is None or not (code[:1] in {"#", "/", "^", "!"} or code.split()[:1] == ["else"]):
            continue
        before, after = tokens[index - 1], tokens[index + 1]
        if before.code is not None or after.code is not None:
            continue
        starts = _LINE_START.search(before.text) and ("\n" in before.text or index == 1)
        ends = _LINE_END.search(after.text) and ("\n" in after.text or index == len(tokens) - 2)
        if starts and ends:
            texts[index - 1] = re.sub(r"[ \t]*\Z", "", texts[index - 1])
            texts[index + 1] = re.sub(r"^[ \t]*(?:\n|$)", "", texts[index + 1], count=1)
    return [
        token._replace(text=texts[index]) if token.code is None else token
        for index, token in enumerate(tokens)
    ]


def read_tree(source: str, dialect: Dialect) -> Block:
    """The whole of a template as one block without a head.

    Raises:
        Untranslatable: blocks that do not fit together, or too many inside each other.
    """
    root = Block("", 0)
    open_blocks = [root]
    for token in _standalone(_tokens(source)):
        code = token.code
        if code is None:
            if token.text:
                open_blocks[-1].add(token)
        elif code.startswith("!"):
            continue
        elif code.startswith(("#", "^")) and (code not in {"^"}):
            block = Block(code, token.line)
            open_blocks[-1].add(block)
            open_blocks.append(block)
            if len(open_blocks) > DEPTH:
                raise Untranslatable("too many blocks inside each other", token.line)
        elif dialect == "handlebars" and (code == "^" or code.split()[:1] == ["else"]):
            _else(open_blocks, code, token.line)
        elif code.startswith("/"):
            _close(open_blocks, code[1:].strip(), token.line)
        else:
            open_blocks[-1].add(token)
    if len(open_blocks) > 1:
        raise Untranslatable(
            f"a block {{{{{open_blocks[-1].head}}}}} that is never closed", open_blocks[-1].line
        )
    return root


def _else(open_blocks: list[Block], code: str, line: int) -> None:
    block = open_blocks[-1]
    if len(open_blocks) == 1 or block.otherwise is not None:
        raise Untranslatable("an {{else}} that belongs to no block", line)
    block.otherwise = []
    rest = code.removeprefix("else").strip()
    if rest and rest != "^":
        chained = Block(f"#{rest}", line)
        block.add(chained)
        chained.head += "\0"  # closed together with the block around it
        open_blocks.append(chained)
        if len(open_blocks) > DEPTH:
            raise Untranslatable("too many blocks inside each other", line)


def _close(open_blocks: list[Block], name: str, line: int) -> None:
    while len(open_blocks) > 1:
        block = open_blocks.pop()
        if block.head.endswith("\0"):
            block.head = block.head[:-1]
            continue
        opened = block.head.lstrip("#^").strip()
        if name not in {opened, opened.split()[0] if opened else ""}:
            break
        return
    raise Untranslatable(f"a closing tag {{{{/{name}}}}} that fits no block", line)


def words_of(code: str) -> tuple[list[str], dict[str, str], list[str]]:
    """The words of a tag, its named arguments, and the names between bars."""
    words: list[str] = []
    named: dict[str, str] = {}
    names: list[str] = []
    key = ""
    for match in _WORD.finditer(code):
        if match["named"]:
            key = match["named"]
        elif match["names"] is not None:
            names = match["names"].split()
        elif key:
            named[key], key = match.group(), ""
        else:
            words.append(match.group())
    if names and words[-1:] == ["as"]:
        words.pop()
    return words, named, names


def constant_of(word: str) -> tuple[Json, ...]:
    """The constant that a word is, in a tuple; empty where it is a name."""
    if word[:1] in {'"', "'"}:
        return (re.sub(r"\\(.)", r"\1", word[1:-1]),)
    if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", word):
        return (float(word) if "." in word else int(word),)
    return {"true": (True,), "false": (False,), "null": (None,)}.get(word, ())


def steps_of(word: str, line: int) -> list[str | int]:
    """The names and numbers of a path (Untranslatable where it is none)."""
    steps: list[str | int] = []
    for part in re.findall(r"\[([^\]]*)\]|([^./\[\]]+)", word):
        step = part[0] or part[1]
        steps.append(int(step) if re.fullmatch(r"\d{1,9}", step) else step)
    if not steps or isinstance(steps[0], int):
        raise Untranslatable(f"the name “{word[:40]}”", line)
    return steps
