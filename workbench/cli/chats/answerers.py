"""Who answers a message of ``workbench chat``, and what the answers are called."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.chat import MOST_ANSWERERS, Answerer
from workbench.domain.errors import UsageError
from workbench.domain.servers import model_name
from workbench.domain.views import ChatMessage


def who_answers(models: Sequence[str], strategies: Sequence[str]) -> tuple[Answerer, ...]:
    """Who answers each message: every model, by its strategy where each has one.

    Raises:
        UsageError: they do not match, or there are too many.
    """
    names, ways = tuple(models) or ("",), tuple(strategies) or ("direct",)
    count = max(len(names), len(ways))
    if {len(names), len(ways)} - {1, count}:
        raise UsageError("Give one strategy for all models, or one for each.")
    if count > MOST_ANSWERERS:
        raise UsageError(f"At most {MOST_ANSWERERS} answer one message.")
    names, ways = names * (count // len(names)), ways * (count // len(ways))
    who = zip(names, ways, strict=True)
    found = tuple(Answerer(model=model, strategy=strategy) for model, strategy in who)
    if len({(each.model, each.strategy) for each in found}) < count:
        raise UsageError("Each model answers once by each strategy.")
    return found


def answer_name(answer: ChatMessage) -> str:
    """The model of an answer, and its strategy where it is not the plain one."""
    name = model_name(answer.model) or "the model"
    return name if answer.strategy in ("", "direct") else f"{name}, {answer.strategy}"
