"""The commands of voting, each with a key: votes, reasons, undo, skip, earlier votes."""

from __future__ import annotations

import functools

from workbench.domain.evaluation.votes import REASONS
from workbench.ui.actions import Action
from workbench.ui.evaluate.votes.ballot import VOTES
from workbench.ui.evaluate.votes.model import VotesModel

_MORE_KEYS = {"both_bad": ("N",)}


def vote_actions(model: VotesModel, scope: str) -> tuple[Action, ...]:
    """The commands of a model of votes.

    Args:
        model: that is voted with.
        scope: what their ids begin with.
    """
    votes = tuple(
        Action(
            id=f"{scope}.{choice}",
            title=f"Vote: {text}",
            run=functools.partial(model.cast, choice),
            keys=keys,
            more_keys=_MORE_KEYS.get(choice, ()),
            when=lambda: model.can_vote,
        )
        for choice, text, keys in VOTES
    )
    reasons = tuple(
        Action(
            id=f"{scope}.reason_{number}",
            title=f"Vote: decided by “{reason}”",
            run=functools.partial(model.toggle_reason, reason),
            keys=str(number),
            when=lambda: model.pair is not None,
        )
        for number, reason in enumerate(REASONS, 1)
    )
    return (
        *votes,
        *reasons,
        Action(id=f"{scope}.undo", title="Undo the last vote", run=model.undo, keys="U",
               when=lambda: bool(model.round and model.round.votes) and not model.is_saving),
        Action(id=f"{scope}.skip", title="Skip this pair", run=model.skip, keys="S",
               when=lambda: model.can_vote),
        Action(id=f"{scope}.earlier", title="Show the vote before",
               run=functools.partial(model.step, -1), keys="P",
               when=lambda: bool(model.earlier())),
        Action(id=f"{scope}.later", title="Show the vote after",
               run=functools.partial(model.step, 1), keys="Shift+P",
               when=lambda: model.vote is not None),
    )  # fmt: skip
