"""The tokenizers of BLEU: 13a as the mteval script cuts texts, characters, and spaces alone.

Source: sacrebleu 2.6.0, tokenizer_13a.py, tokenizer_re.py and tokenizer_char.py.
"""

from __future__ import annotations

import re
from typing import Literal

Tokenizer = Literal["13a", "char", "none"]
_RULES = (
    # Punctuation but for . , - and the apostrophe is a token.
    (re.compile(r"([\{-\~\[-\` -\&\(-\+\:-\@\/])"), r" \1 "),
    # A full stop or a comma is a token unless a digit is before it,
    (re.compile(r"([^0-9])([\.,])"), r"\1 \2 "),
    # or behind it,
    (re.compile(r"([\.,])([^0-9])"), r" \1 \2"),
    # and so does a dash behind a digit.
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))


def tokenize(text: str, how: Tokenizer) -> list[str]:
    """The tokens of a text."""
    text = text.rstrip()
    if how == "char":
        return [each for each in text if not each.isspace()]
    return _mteval(text) if how == "13a" else text.split()


def _mteval(text: str) -> list[str]:
    text = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    if "&" in text:
        for entity, sign in _ENTITIES:
            text = text.replace(entity, sign)
    text = f" {text} "
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.split()
