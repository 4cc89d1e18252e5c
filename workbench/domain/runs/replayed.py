"""The result of doing the run of a bundle again: identical, or where it first differs."""

from __future__ import annotations

import msgspec


class BundleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle holds, before it is done again."""

    title: str
    strategy: str
    model: str
    model_sha256: str
    seed: int
    mode: str
    output: str


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle's run next to the one that was made from it here.

    ``token`` is the number of the first token that differs, counted over the whole run from 1; None
    where none does. ``expected`` and ``found`` are the texts around that place.
    """

    run_id: int
    is_identical: bool
    same_logprobs: bool
    """Whether every log-probability is the same to the last bit."""
    token: int | None = None
    call: str = ""
    expected: str = ""
    found: str = ""
    differences: tuple[str, ...] = ()
    """What here is not as it was there: build, model, threads; a sentence each."""

    @property
    def verdict(self) -> str:
        """In a few words."""
        if self.is_identical:
            return "identical"
        if self.token is None:
            return "differs, and not in a token"
        return f"first differs at token {self.token:,}"
