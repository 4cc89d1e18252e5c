"""Collections that a message names with #."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

PASSAGE = "text/x-passage"
"""The media type of an attachment that is a passage of a collection."""


class Mentions(NamedTuple):
    """The collections that a text names, in order, and the text without them."""

    names: tuple[str, ...]
    question: str


def mentions_of(text: str, known: Sequence[str]) -> Mentions:
    """Find #name in a text, at its beginning or after white space, for collections that there are.

    A longer name wins over one that it begins with; upper and lower case are the same. What is no
    collection stays text.
    """
    longest = sorted((each for each in known if each.strip()), key=len, reverse=True)
    if not longest:
        return Mentions((), text)
    names = "|".join(map(re.escape, longest))
    pattern = re.compile(rf"(?<!\S)#({names})(?!\w)", re.IGNORECASE)
    by_folded = {each.casefold(): each for each in longest}
    found = [by_folded[match.group(1).casefold()] for match in pattern.finditer(text)]
    return Mentions(tuple(dict.fromkeys(found)), " ".join(pattern.sub(" ", text).split()))
