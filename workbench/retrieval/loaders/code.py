"""Code: its text, with its definitions as headings: those of the file, and those in classes."""

from __future__ import annotations

import re

from workbench.domain.sources.document import Block, Extracted, Heading
from workbench.retrieval.loaders.encodings import decode
from workbench.retrieval.loaders.loader import Loader, Source, register
from workbench.retrieval.loaders.text_builder import MOST_HEADINGS, short_heading

SUFFIXES = frozenset(
    {
        ".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".kts", ".c",
        ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".cs", ".go", ".rs", ".swift", ".rb", ".php",
        ".pl", ".pm", ".lua", ".r", ".jl", ".scala", ".dart", ".ex", ".exs", ".erl", ".hs", ".ml",
        ".clj", ".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".sql", ".css", ".scss", ".less",
        ".vue", ".svelte", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf",
        ".xml", ".graphql", ".proto", ".jinja", ".j2", ".prompty", ".cmake", ".gradle", ".tf",
    }
)  # fmt: skip
_MODIFIERS = (
    "export|default|public|private|protected|internal|static|final|abstract|async|pub(?:\\([^)]*\\))?|"
    "unsafe|extern|inline|virtual|override|sealed|data|open|partial|local"
)
_WORDS = (
    "def|class|function|func|fn|fun|sub|struct|enum|interface|trait|impl|type|module|namespace|object|"
    "record|protocol|extension|defmodule|defp|macro_rules!|procedure|union|message|service"
)
_DEFINITION = re.compile(
    rf"^( *|\t*)(?:(?:{_MODIFIERS})\s+){{0,5}}(?:{_WORDS})\b[^\n]*$", re.I | re.M
)
_C_LIKE = re.compile(
    r"^()[A-Za-z_][\w:<>,*&\[\] ]{0,120}[\s*&]~?[\w:]+\([^;\n]*\)?[^;\n]*\{?$", re.M
)
_CREATE = re.compile(
    r"^()create\s+(?:or\s+replace\s+)?(?:table|view|function|procedure|index|trigger)\b[^\n]*$",
    re.I | re.M,
)
_BRACES = frozenset({".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".java", ".cs"})
_DATA = frozenset(
    {".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".xml", ".css", ".scss"}
)
_STATEMENTS = re.compile(r"^\s*(?:if|for|while|switch|return|else|do|case|new|throw)\b")
_LEADING = re.compile(r"^\s*(?:@|#\[|//|/\*|\*|#(?!include)|--|\"\"\"$)")
_LONGEST = 400
"""Characters of a line that may be a definition."""


def read(source: Source) -> Extracted:
    """The text of a file of code."""
    text, notes = decode(source.data)
    headings = () if source.suffix in _DATA else _definitions(text, source.suffix)
    block = Block(0, len(text.rstrip("\n")), "code")
    return Extracted(
        kind="code", title=source.name, text=text, headings=headings, blocks=(block,), notes=notes
    )


def _definitions(text: str, suffix: str) -> tuple[Heading, ...]:
    """Where definitions begin, with the comments and decorators before them."""
    patterns = [_DEFINITION]
    if suffix in _BRACES:
        patterns.append(_C_LIKE)
    elif suffix == ".sql":
        patterns = [_CREATE]
    found: list[Heading] = []
    place, beginning, before = 0, 0, False
    for line in text.split("\n"):
        if not before:
            beginning = place
        matched = len(line) <= _LONGEST and next(
            (each for pattern in patterns if (each := pattern.match(line))), None
        )
        if matched and not _STATEMENTS.match(line):
            indent = len(matched[1].expandtabs(4))
            if indent <= 4 and len(found) < MOST_HEADINGS:
                words = line.strip().rstrip("{:( ")
                found.append(Heading(beginning, 2 if indent else 1, short_heading(words)))
            before = False
        else:
            before = bool(_LEADING.match(line))
        place += len(line) + 1
    return tuple(found)


CODE = register(Loader("code", "file of code", SUFFIXES, read))
