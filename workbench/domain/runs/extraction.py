"""Answer extraction: the rule is data, stored and shown with every answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from workbench.domain.answers.lines import asks_for_answer
from workbench.domain.text import Message

ExtractionKind = Literal[
    "auto", "first_answer", "answer_line", "last_number", "last_line", "whole", "regex"
]


class ExtractionRule(msgspec.Struct, frozen=True):
    r"""Which part of a text is its answer.

    * ``auto``: ``first_answer`` where the prompt asks for an answer line, else ``whole``; see
      :meth:`for_prompt`
    * ``first_answer``: what follows the first "Answer:" that begins a line (any case; quotes,
      markdown and LaTeX around it are dropped); ``#### 42`` and ``\boxed{42}`` are understood
    * ``answer_line``: what follows the last "Answer:", anywhere in the text; the rule of runs from
      before there was ``first_answer``
    * ``last_number``: the last number, without thousands separators
    * ``last_line``: the last line that is not blank
    * ``whole``: the whole text, trimmed
    * ``regex``: the first group (or the whole match) of the last match of ``pattern``
    """

    kind: ExtractionKind = "auto"
    pattern: str = ""

    def describe(self) -> str:
        """A few words to put next to an answer."""
        return {
            "auto": "answer line, or whole output",
            "first_answer": "first “Answer:” line",
            "answer_line": "after last “Answer:”",
            "last_number": "last number",
            "last_line": "last line",
            "whole": "whole output",
            "regex": f"pattern {self.pattern}",
        }[self.kind]

    def for_prompt(self, messages: Iterable[Message]) -> ExtractionRule:
        """The rule for what is written to these messages: ``auto`` is decided, others stay."""
        if self.kind != "auto":
            return self
        return ExtractionRule("first_answer" if asks_for_answer(messages) else "whole")
