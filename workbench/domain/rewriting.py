"""A rewrite of a prompt that a model suggests: what is asked, and what came."""

from __future__ import annotations

import msgspec


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

    ``text`` is the whole file with the new body under the old head; ``problems`` are sentences
    about what is wrong with it; without any, it is a template with the inputs it had.
    """

    text: str
    problems: tuple[str, ...] = ()
