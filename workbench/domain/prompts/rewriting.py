"""A rewrite of a prompt that a model suggests: the request, and the checked result."""

from __future__ import annotations

import re

import msgspec

from workbench.domain.prompts.versions import Hunk


class RewriteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is asked to make better.

    ``text`` is the whole prompt file as it is in the editor; ``failing`` an answer that was not
    good and ``expected`` what it should have been, "" where there is none.
    """

    path: str
    text: str
    goal: str
    failing: str = ""
    expected: str = ""
    model: str = ""


class Rewrite(msgspec.Struct, frozen=True, kw_only=True):
    """What a model made of a prompt.

    ``text`` is the whole file with the new body under the old front matter; ``problems`` are
    sentences about what is wrong with it; without any, it is a template with the inputs it had.
    """

    text: str
    problems: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    """Inputs that the prompt used and the suggestion does not."""

    def loses(self, part: Hunk) -> tuple[str, ...]:
        """The inputs that are lost by taking a part of the suggestion."""
        before, after = "\n".join(part.old), "\n".join(part.new)
        return tuple(
            name for name in self.lost if uses_input(name, before) and not uses_input(name, after)
        )


_TAG = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)


def uses_input(name: str, text: str) -> bool:
    """Whether a tag of a template names an input."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(word.search(tag) for tag in _TAG.findall(text))
