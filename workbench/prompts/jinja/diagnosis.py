"""Explains a template error as one plain sentence with its line and column."""

from __future__ import annotations

import re
from types import TracebackType
from typing import NamedTuple

import jinja2
from jinja2 import nodes
from jinja2.parser import Parser

from workbench.prompts.jinja.value_origins import nearest
from workbench.prompts.source_map.token_places import (
    Place,
    name_place,
    parser_place,
    place_at,
    token_places,
    unclosed_block,
)

_BLOCKS = ("if", "for", "set", "block", "macro", "call", "filter", "with", "raw")
TAGS = frozenset(
    {*_BLOCKS, *(f"end{name}" for name in _BLOCKS), "elif", "else", "include", "import", "from"}
    | {"extends", "break", "continue"}
)
TOO_DEEP = "it is nested too deeply: use fewer brackets and blocks inside one another."

LONG_NUMBER = "set_int_max_str_digits"
"""In Python's words for a whole number with more digits than it reads or writes."""
NUMBER_TOO_LONG = "a number in it has too many digits: use one with at most 4,300."
_DIGITS = re.compile(r"\d[\d_]{4299,}")

_WORDS = {
    "'end of print statement'": '"}}"',
    "'end of statement block'": '"%}"',
    "'begin of statement block'": '"{%"',
    "'name'": "a name",
    "'string'": "a text in quotes",
    "'integer'": "a number",
    "'end of template'": "the end of the template",
}
# Jinja's messages and what they mean, the first that fits counts.
_MEANINGS = (
    (
        r"Unexpected end of template\. Jinja was looking.*The innermost block.* '(\w+)'\.",
        r'a block is not closed: add "{% end\1 %}"',
    ),
    (
        r"Encountered unknown tag '(\w+)'\. You probably made.*looking for .*?'(\w+)'\. The .*",
        r'"{% \1 %}" does not fit here: "{% \2 %}" is expected before it',
    ),
    (
        r"Encountered unknown tag '(end\w+|else|elif)'\.?.*",
        r'"{% \1 %}" belongs to no block that is open here',
    ),
    (r"Encountered unknown tag '(\w+)'\.?.*", r'there is no block called "\1"'),
    (r"Missing end of comment tag", 'the comment "{#" is not closed: add "#}"'),
    (r"Missing end of raw directive", '"{% raw %}" is not closed: add "{% endraw %}"'),
    (r"tag name expected", 'a word such as "if" or "for" is missing after "{%"'),
    (
        r"unexpected end of template, expected 'end of print statement'\.?",
        'the expression is not closed: add "}}"',
    ),
    (
        r"expected token 'end of print statement', got (.*)",
        r'\1 was not expected here: close the expression with "}}", or join values with "~"',
    ),
    (
        r"expected token 'end of statement block', got (.*)",
        r'\1 was not expected here: close the block with "%}"',
    ),
    (r"unexpected char ['\"](['\"])['\"] at \d+", r"the text that \1 opens is not closed"),
    (r"unexpected char (.*) at \d+", r"the character \1 cannot be used in an expression"),
    (r"unexpected (.*), expected (.*)", r"\2 was expected here, not \1"),
    (r"expected token (.*), got (.*)", r"\1 was expected here, not \2"),
    (
        r"unexpected '\}'",
        'this "}" closes nothing: an expression ends with "}}", a statement with "%}"',
    ),
    (
        r"(?:unexpected|Expected an expression, got) 'end of (?:print statement|statement block)'",
        "something is missing before the end of the tag",
    ),
    (r"expected name or number", 'a name is missing after "."'),
    (r"(?:unexpected|Expected an expression, got) (.*)", r"\1 was not expected here"),
    (r"No (filter|test) named '(.*)'\.?", r'there is no \1 called "\2"'),
    (r"block '(\w+)' defined twice", r'the block "\1" is there twice'),
)


class Fault(NamedTuple):
    """Something wrong in a body. Lines and columns count from 1, 0 unknown."""

    reason: str
    line: int = 0
    column: int = 0
    length: int = 0
    replacement: str = ""
    is_limit: bool = False
    """Whether the body is right but larger or deeper than can be worked on."""


def parse(
    environment: jinja2.Environment, source: str
) -> tuple[nodes.Template | None, Fault | None]:
    """The syntax tree of a template, or what is wrong with it; one of the two is None."""
    parser: Parser | None = None
    try:
        parser = Parser(environment, source)
        return parser.parse(), None
    except jinja2.TemplateSyntaxError as error:
        return None, syntax_fault(environment, source, error, parser)
    except ValueError as error:
        if LONG_NUMBER not in str(error):
            raise
        return None, Fault(NUMBER_TOO_LONG, _long_number_line(source))
    except RecursionError:
        line = parser.stream.current.lineno if parser is not None else 0
        return None, Fault(TOO_DEEP, line, is_limit=True)


def _long_number_line(source: str) -> int:
    found = _DIGITS.search(source)
    return source.count("\n", 0, found.start()) + 1 if found else 0


def syntax_fault(
    environment: jinja2.Environment,
    source: str,
    error: jinja2.TemplateSyntaxError,
    parser: Parser | None = None,
) -> Fault:
    """A syntax error in plain words, with the column of what was not expected."""
    message = error.message or "it cannot be read"
    reason = _plain(message)
    name, replacement = _unknown_name(environment, message)
    reason += f". Did you mean {replacement}?" if replacement else "."
    found = _place(environment, source, error, name, parser)
    if found is None:
        return Fault(reason, error.lineno, replacement=replacement)
    return Fault(reason, found.line, found.column, len(found.value), replacement)


def _plain(message: str) -> str:
    for pattern, meaning in _MEANINGS:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            reason = match.expand(meaning)
            for term, word in _WORDS.items():
                reason = reason.replace(term, word)
            return reason
    return message[:1].lower() + message[1:].rstrip(".")


def _unknown_name(environment: jinja2.Environment, message: str) -> tuple[str, str]:
    """Name and near name of an unknown filter, test or block; "" where it is none."""
    for pattern, known in (
        (r"No filter named '(.*)'", environment.filters.keys()),
        (r"No test named '(.*)'", environment.tests.keys()),
        (r"Encountered unknown tag '(\w+)'", TAGS),
        (r"block '(\w+)' defined twice", ()),
    ):
        match = re.match(pattern, message)
        if match:
            name = match.group(1)
            others = [] if name in known else [k for k in known if k.isidentifier()]
            return name, nearest(name, others)
    return "", ""


def _place(
    environment: jinja2.Environment,
    source: str,
    error: jinja2.TemplateSyntaxError,
    name: str,
    parser: Parser | None,
) -> Place | None:
    """Where the error is: what was not expected, or what was opened and not closed."""
    message = error.message or ""
    places = token_places(environment, source)
    if name:
        return name_place(places, name, error.lineno)
    if message.startswith("Unexpected end of template. Jinja was looking"):
        return unclosed_block(places)
    unread = _unread_place(source, message, places, error.lineno)
    if unread is not None or message.startswith("Missing end of") or parser is None:
        return unread or _last_opening(places)
    if parser.stream.current.type == "eof":
        return _last_opening(places)
    return parser_place(places, parser.stream.current)


def _unread_place(source: str, message: str, places: list[Place], line: int) -> Place | None:
    """The character that could not be read as a token, where the error is about one."""
    character = re.fullmatch(r"unexpected char (?:'(.)'|\"(.)\") at (\d+)", message, re.DOTALL)
    if character:
        value = character.group(1) or character.group(2)
        return place_at(source, int(character.group(3)), "", value, line)
    bracket = re.match(r"unexpected '([)\]}])'", message)
    if bracket:
        offset = source.find(bracket.group(1), places[-1].end if places else 0)
        if offset >= 0:
            return place_at(source, offset, "", bracket.group(1), line)
    return None


def _last_opening(places: list[Place]) -> Place | None:
    for place in reversed(places):
        if place.kind.endswith("_begin"):
            return place
    return None


def deepest_line(tree: nodes.Node) -> int:
    """The line of the most deeply nested part of a tree."""
    best, line = 0, 0
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > best:
            best, line = depth, node.lineno
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())
    return line


def template_line(trace: TracebackType | None) -> tuple[str | None, int]:
    """Name and line of the innermost template in a traceback; (None, 0) where there is none."""
    name, line = None, 0
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, jinja2.Template):
            name, line = template.name, template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return name, line
