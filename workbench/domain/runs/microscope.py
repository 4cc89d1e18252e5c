"""What a chain of samplers would have done at each place of a stored answer."""

from __future__ import annotations

import msgspec

from workbench.domain.runs.tokens import AnswerToken


class WeighedToken(msgspec.Struct, frozen=True, gc=False):
    """One of the most probable tokens at a place.

    ``logprob`` is the model's own, ``left_logprob`` what the chain makes of it, None where the
    sampler ``cut_by`` takes it away.
    """

    id: int
    text: str
    logprob: float
    left_logprob: float | None = None
    cut_by: str = ""


class SamplerPlace(msgspec.Struct, frozen=True, gc=False):
    """One place: what the chain does with the token of the answer, and with the most probable ones.

    ``rank`` is its place in the model's own order, from 1. ``counts`` are the tokens left after
    each sampler of the chain.
    """

    chosen: WeighedToken
    rank: int
    counts: tuple[int, ...]
    strongest: tuple[WeighedToken, ...]

    @property
    def left(self) -> int:
        """Tokens among which the next one is drawn."""
        return self.counts[-1] if self.counts else 0


class SamplerReplay(msgspec.Struct, frozen=True, kw_only=True):
    """A stored answer under a chain of samplers; nothing is drawn, the answer stays as it is.

    ``pieces`` are the tokens of the text; the place of each is ``places[piece.first]``.
    """

    text: str
    pieces: tuple[AnswerToken, ...]
    places: tuple[SamplerPlace, ...]
    chain: tuple[str, ...]
    """The samplers that work, in order, as llama.cpp calls them; without the draw."""
    ignored: tuple[str, ...] = ()
    """A sentence for each parameter that has no effect."""
    model: str = ""

    @property
    def cut(self) -> tuple[int, ...]:
        """The pieces that this chain could not have drawn."""
        return tuple(
            number
            for number, piece in enumerate(self.pieces)
            if piece.first < len(self.places) and self.places[piece.first].chosen.cut_by
        )
