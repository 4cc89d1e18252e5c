"""A prompt file in its parts: the YAML front matter and the Jinja body."""

from __future__ import annotations

import re
from pathlib import PurePath

import msgspec

from workbench.domain.errors import FrontMatterError
from workbench.domain.prompts.model_options import HeadOptions
from workbench.domain.prompts.prompt import InputField, Problem
from workbench.domain.runs.spec import Json
from workbench.prompts.formats.handlebars.reading import read_handlebars
from workbench.prompts.formats.jinja_text import write_jinja
from workbench.prompts.formats.template_ast import Untranslatable
from workbench.prompts.front_matter.reading import read_front_matter

PLAIN_SUFFIXES = frozenset({".j2", ".jinja", ".jinja2", ".md", ".txt"})
"""Files that are one user message; every other file may have role markers."""
_FENCE = "---"
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class PromptDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed prompt file.

    ``body_line`` is the file line (from 1) on which ``body`` starts; ``has_roles`` is False for a
    file that is one user message as a whole.
    """

    path: str
    body: str
    body_line: int = 1
    has_roles: bool = True
    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    inputs: tuple[InputField, ...] = ()
    sample: dict[str, Json] = {}
    input_lines: dict[str, int] = {}
    """The file line on which each input is declared, where it is known."""
    has_front_matter: bool = False
    options: HeadOptions = HeadOptions()
    problems: tuple[Problem, ...] = ()
    """What of the front matter has no effect."""
    exact: bool = False
    """The front matter names a template engine: render exactly as the Prompty format says."""


def parse_document(text: str, path: str) -> PromptDocument:
    """Split a prompt file and read its front matter.

    Args:
        text: the whole file.
        path: decides by its ending whether role markers count; may be "" for unsaved text.

    Raises:
        FrontMatterError: the front matter is not usable; with the file's line.
    """
    front_matter, body, body_line = split_front_matter(text, path)
    document = PromptDocument(
        path=path,
        body=body,
        body_line=body_line,
        has_roles=PurePath(path).suffix.lower() not in PLAIN_SUFFIXES,
        name=PurePath(path).stem,
    )
    if front_matter is None:
        return document
    matter = read_front_matter(front_matter, path)
    return msgspec.structs.replace(
        document,
        name=matter.name or document.name,
        description=matter.description,
        tags=matter.tags,
        inputs=matter.inputs,
        sample=matter.sample,
        input_lines=matter.input_lines,
        has_front_matter=True,
        options=matter.options,
        problems=matter.problems,
        exact=bool(matter.engine),
        body=_from_mustache(body, path, body_line) if matter.engine == "mustache" else body,
    )


def _from_mustache(body: str, path: str, line: int) -> str:
    """A Mustache body as Jinja; text below a tag that has a line of its own stays there."""
    notes: list[str] = []
    try:
        parts = read_handlebars(body, notes, dialect="mustache")
    except Untranslatable as error:
        reason = f"the Mustache body has {error.what}, which cannot be rendered."
        raise FrontMatterError(reason, path, line + max(0, error.line - 1)) from None
    return write_jinja(parts, trimming=False, marks=True)


def lines_of(text: str) -> list[str]:
    """The lines of a file with their ends, as YAML and an editor count them."""
    return _LINES.findall(text)


def split_front_matter(text: str, path: str) -> tuple[str | None, str, int]:
    """The front matter without its fences (or None), the body, and the body's line.

    Blank lines may come before the front matter; it is returned with as many before it, so that its
    lines count as those of front matter at the top.

    Raises:
        FrontMatterError: the front matter is opened and not closed.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    plain = PurePath(path).suffix.lower() in PLAIN_SUFFIXES
    fences = {_FENCE} if plain else {_FENCE, "+++"}
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if lines[first].strip() not in fences or (plain and first):
        return None, text, 1
    for index in range(first + 1, len(lines)):
        if lines[index].rstrip() in fences:
            front_matter = "\n" * first + "\n".join(lines[first + 1 : index])
            return front_matter, "\n".join(lines[index + 1 :]), index + 2
    if plain:
        return None, text, 1  # a rule at the top of a markdown text
    raise FrontMatterError(
        'the front matter that "---" opens here has no end: put a second line "---" after it.',
        path,
        first + 1,
    )
