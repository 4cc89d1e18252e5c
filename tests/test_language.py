"""Words that the field does not use stay out of code, texts and docs.

The glossary says what to write instead; each entry here has it. ``ALLOWED`` is how often a word is
still there: it only shrinks, so that whoever removes one lowers the number.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLACES = ("workbench/**/*.py", "tests/**/*.py", "docs/*.md", "README.md", "CONTRIBUTING.md")

RETIRED = {
    r"\breins\b": "pause and steer",
    r"is another(?=[.,;]|$)": "changed",
    r"are others(?=[.,;]|$)": "changed",
    r"\banew\b": "again",
    r"\bfor ever\b": "without end",
    r"what (came|became) of it": "its result, its state",
    r"\bdearest\b": "the most expensive",
    r"nobody will miss": "throw-away",
    r"\bfrom afar\b": "zoomed out",
    r"\bforerunner\b": "the one before",
    r"\bput aside\b": "move to the trash",
    r"\bbring_in\b": "import",
    r"\bheed(s|ed)?\b": "apply",
    r"\bby the hand of\b|\bhand action\b": "user action",
    r"\bHandAction\b": "UserAction",
    r"\brefuse_shown\b": "ensure_not_added",
    r"\bLibraryLook\b": "snapshot",
    r"\bbeside\b": "next to, with, background",
    r"\b(a|the) person\b": "the user",
    r"\btold\b": "notified, sent, reported",
    r"\bsaid\b": "reported, shown, written",
    r"\bnobody\b": "a sentence that says what is not done",
    r"\bwhoever\b": "the caller, the receiver",
    r"\bso many\b": "how many, at most",
    r"\bwhat is there\b": "the thing that is there",
    r"\bof which\b": "whose, one of them",
    r"\bguess(es|ed|ing|_types|_parts)?\b": "infer, suggest",
    r"\bhabits?\b": "quirks (of a server), conventions",
    r"\b(stands?|stood)\b": "is, is shown, represents",
    r"\b(the|its|a|'s) heads?\b(?! of| end)": "front matter, heading, header",
    r"\bfind_loss\b|(?-i:\bLoss\()": "LostSolution",
    r"\bread_foreign\b|(?-i:\bForeign\b)": "SourceFile",
    r"\bface_of\b|(?-i:\bFace\b)": "CardText",
}
ALLOWED = {
    r"\bfor ever\b": 1,
    r"\bbeside\b": 5,
    r"\b(a|the) person\b": 12,
    r"\bsaid\b": 12,
    r"\bnobody\b": 10,
    r"\bwhoever\b": 1,
    r"\bso many\b": 8,
    r"\bof which\b": 5,
    r"\bguess(es|ed|ing|_types|_parts)?\b": 7,
    r"\b(stands?|stood)\b": 8,
    r"\b(the|its|a|'s) heads?\b(?! of| end)": 9,
    r"\bface_of\b|(?-i:\bFace\b)": 3,
}


@functools.cache
def _texts() -> str:
    files = {file for place in PLACES for file in ROOT.glob(place)} - {Path(__file__)}
    return "\n".join(file.read_text("utf-8") for file in sorted(files))


def _count(pattern: str) -> int:
    return sum(1 for _ in re.finditer(pattern, _texts(), re.MULTILINE | re.IGNORECASE))


@pytest.mark.parametrize("pattern", RETIRED)
def test_retired_words_only_become_fewer(pattern: str) -> None:
    count, allowed = _count(pattern), ALLOWED.get(pattern, 0)
    assert count <= allowed, f"write “{RETIRED[pattern]}” instead"
    assert count == allowed, f"there are fewer now: lower ALLOWED to {count}"
