"""Formatting of a prompt file on demand: the inside of tags, and blanks at line ends.

What the template renders to stays the same, letter by letter. So blanks at the end of a line of
prose stay too where the model would get them: two of them are a line break in Markdown. The front
matter is left as it is.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Sequence
from pathlib import PurePath

import jinja2

from workbench.domain.errors import TemplateSyntaxError
from workbench.domain.prompts.tags import Tag, body_start, find_blocks, find_tags
from workbench.prompts.document import PLAIN_SUFFIXES
from workbench.prompts.jinja.diagnosis import parse
from workbench.prompts.jinja.environment import EXTENSIONS, prompt_environment
from workbench.prompts.roles import MARKER

_PIECE = re.compile(
    r"(?P<string>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<space>\s+)"
    r"|(?P<word>[\w.]+)|(?P<operator>\*\*|//|==|!=|>=|<=|[^\w\s])",
    re.DOTALL,
)
_SPACED = frozenset({"|", "~", "==", "!=", ">=", "<=", "<", ">", "+"})
_ALSO_UNARY = frozenset({"+", "<", ">"})
_TRAILING = re.compile(r"[ \t]+(?=\n|$)")
_RENDERS_HERE = ("if", "for")


def format_template(text: str, path: str) -> str:
    """A prompt file with tidy tags; formatting it again changes nothing.

    Args:
        text: the whole file.
        path: named in errors; its ending says whether role markers count.

    Raises:
        TemplateSyntaxError: the body cannot be read, so that nothing can be promised.
    """
    start = body_start(text)
    front_matter, body = text[:start], text[start:]
    _, fault = parse(_environment(), body.replace("\r\n", "\n"))
    if fault is not None:
        line = fault.line + text.count("\n", 0, start) if fault.line else 0
        raise TemplateSyntaxError(fault.reason, path, line, fault.column)
    tags = find_tags(body)
    tidy = "".join(_tidied(body, tags))
    tidy = _same(body, tidy)
    if PurePath(path).suffix.lower() not in PLAIN_SUFFIXES:
        tidy = _same(body, _without_blanks_at_markers(tidy))
    return front_matter + tidy


@functools.lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return prompt_environment({})


@functools.lru_cache(maxsize=1)
def _reader() -> jinja2.Environment:
    """Reads tokens; strips nothing that it need not."""
    return jinja2.Environment(keep_trailing_newline=True, extensions=EXTENSIONS, autoescape=False)  # noqa: S701 - nothing is rendered with it


def _same(before: str, after: str) -> str:
    """``after`` if Jinja reads the same tokens in both, else ``before``."""
    try:
        return after if _tokens(before) == _tokens(after) else before
    except jinja2.TemplateSyntaxError:
        return before


def _tokens(source: str) -> list[tuple[str, str]]:
    """What Jinja reads, without the spaces between words and at the ends of prose lines."""
    found: list[tuple[str, str]] = []
    for _, kind, value in _reader().lexer.tokeniter(source, None):
        if kind == "data":
            found.append((kind, _TRAILING.sub("", value)))
        elif kind != "whitespace" and not kind.startswith("comment"):
            found.append((kind, value.strip()))
    return found


def _tidied(body: str, tags: list[Tag]) -> list[str]:
    parts: list[str] = []
    position = 0
    for tag in tags:
        before = body[position : tag.start]
        whole = body[tag.start : tag.end]
        if tag.kind != "comment" and whole.startswith(("{{-", "{%-")):
            # Jinja drops the white space before it, so blanks at the ends of those lines go.
            solid = before.rstrip()
            blank = before[len(solid) :]
            before = solid + "".join(
                line.strip() + "\n" if line.endswith("\n") else line
                for line in blank.splitlines(keepends=True)
            )
        parts += [before, _tidy_tag(whole, tag)]
        position = tag.end
    return [*parts, body[position:]]


def _tidy_tag(whole: str, tag: Tag) -> str:
    if tag.kind == "comment":
        return _TRAILING.sub("", whole)
    if tag.kind == "raw" or not tag.closed:
        return whole
    sign = whole[2] if whole[2] in "+-" else ""
    tail = whole[-3] if whole[-3] == "-" or (whole[-3] == "+" and tag.kind == "statement") else ""
    inner = whole[2 + len(sign) : len(whole) - 2 - len(tail)]
    if not inner.strip():
        return whole
    return f"{whole[:2]}{sign} {_tidy_expression(inner)} {tail}{whole[-2:]}"


def _tidy_expression(text: str) -> str:
    """One space around pipes, comparisons and after commas; none inside brackets."""
    out: list[str] = []
    for piece in _PIECE.finditer(text.strip()):
        value, last = piece[0], out[-1] if out else ""
        if piece["space"]:
            _add_space(out, value)
        elif value in _SPACED and (value not in _ALSO_UNARY or last == " "):
            if last and not last.isspace():
                out.append(" ")
            out += [value, " "]
        elif value in (")", "]", ","):
            if last == " ":
                out.pop()
            out += [value, " "] if value == "," else [value]
        else:
            out.append(value)
    return "".join(out).strip()


def _add_space(out: list[str], value: str) -> None:
    """A line break stays with what is indented behind it, other blanks become one."""
    last = out[-1] if out else ""
    if "\n" in value:
        if last == " ":
            out.pop()
        out.append("\n" + value.rsplit("\n", 1)[1])
    elif last not in ("", "(", "[") and not last.isspace():
        out.append(" ")


def _without_blanks_at_markers(body: str) -> str:
    """Drop blanks behind role markers and before them, where a message is trimmed anyway."""
    tags = find_tags(body)
    closed = [block for block in find_blocks(body, tags) if len(block.tags) > 1]
    kept = sorted(
        (block.tags[0].end, block.tags[-1].start)
        for block in closed
        if block.word not in _RENDERS_HERE
    )
    parts: list[str] = []
    position = 0
    inside, place = 0, 0
    for marker in MARKER.finditer(body):
        while place < len(kept) and kept[place][0] <= marker.start():
            inside, place = max(inside, kept[place][1]), place + 1
        if marker.start() < inside or not _alone(body, tags, marker):
            continue
        before = body[position : marker.start()]
        solid = before.rstrip()
        if not solid.endswith("}"):  # what a tag writes may need the blanks behind it
            before = solid + _TRAILING.sub("", before[len(solid) :])
        parts += [before, marker[0].rstrip()]
        position = marker.end()
    return "".join([*parts, body[position:]])


def _alone(body: str, tags: Sequence[Tag], marker: re.Match[str]) -> bool:
    """Whether a marker is a line of its own also when the tags around it are gone.

    Tags take line breaks away: "-" takes those next to it, and a statement the one behind it.
    """
    index = bisect.bisect_right(tags, marker.start(), key=lambda tag: tag.start)
    before = tags[index - 1].end if index else 0
    if marker.start() < before or (before and not body[before : marker.start()].strip()):
        return False
    if index == len(tags):
        return True
    following = tags[index].start
    return bool(body[marker.end() : following].strip()) or body[following + 2] != "-"
