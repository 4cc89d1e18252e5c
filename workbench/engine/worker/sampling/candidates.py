"""Tokens with their scores, as llama.cpp's samplers take them.

Drawing is most of what happens between two evaluations, and the vocabulary is long. So as few
tokens as possible are handed to the samplers, in an array that is made once.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.engine.worker.llama import lib

Logits = npt.NDArray[np.float32]
Tokens = npt.NDArray[np.int32]

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""llama_token_data."""
_FIRST_SPAN = 6.0
_WIDEST_SPAN = 60.0
"""exp(-60) is negligible next to 1, also when added up over every vocabulary there is."""
_NO_TOKENS: Tokens = np.empty(0, dtype=np.int32)


class Candidates:
    """An array for the tokens of one draw. It belongs to one thread."""

    def __init__(self, vocabulary_size: int) -> None:
        self._all = np.zeros(vocabulary_size, dtype=_CANDIDATE)
        self._ids = np.arange(vocabulary_size, dtype=np.int32)
        self._mask = np.empty(vocabulary_size, dtype=np.bool_)
        self._data = self._all.ctypes.data_as(lib.llama_token_data_p)
        self._native = lib.llama_token_data_array()
        self._pointer = ctypes.byref(self._native)
        self._span = _FIRST_SPAN

    def take_all(self, logits: Logits) -> None:
        """Every token."""
        self._fill(self._ids, logits)

    def take_best(
        self, logits: Logits, highest: float, count: int, touched: Tokens = _NO_TOKENS
    ) -> None:
        """At least the ``count`` best tokens without the ``touched`` ones, and all of those.

        Where only the scores of touched tokens are going to change, no other token can then come
        to be among the ``count`` best.
        """
        mask, span = self._mask, self._span
        while True:
            np.greater(logits, highest - span, out=mask)
            mask[touched] = False
            found = int(np.count_nonzero(mask))
            if found >= count:
                break
            if span > _WIDEST_SPAN:
                self.take_all(logits)
                return
            span *= 1.5
        # Next time a little narrower or as wide as was needed: the scores of a model are alike.
        self._span = span * 0.8 if found > 16 * count else span
        self._take_masked(logits, touched)

    def take_within(self, logits: Logits, lowest: float, touched: Tokens = _NO_TOKENS) -> None:
        """The tokens that score higher than ``lowest``, and the touched ones."""
        np.greater(logits, lowest, out=self._mask)
        self._take_masked(logits, touched)

    def _take_masked(self, logits: Logits, touched: Tokens) -> None:
        self._mask[touched] = True
        (ids,) = self._mask.nonzero()
        self._fill(ids, logits[ids])

    def _fill(self, ids: npt.NDArray[Any], logits: Logits) -> None:
        chosen = self._all[: ids.size]
        chosen["id"] = ids
        chosen["logit"] = logits
        self._point_at(ids.size)

    def _point_at(self, size: int) -> None:
        native = self._native
        native.data, native.size, native.selected, native.sorted = self._data, size, -1, False

    @property
    def is_complete(self) -> bool:
        """Whether every token is among them."""
        return int(self._native.size) == self._all.size

    def apply(self, sampler: Any) -> None:
        """Let a sampler work on them."""
        lib.llama_sampler_apply(sampler, self._pointer)

    def keep(self, allowed: npt.NDArray[np.bool_]) -> None:
        """Leave out the tokens that are not ``allowed``."""
        chosen = self._all[: self._native.size]
        kept = chosen[allowed[chosen["id"]]]
        self._all[: kept.size] = kept
        self._point_at(kept.size)

    def remaining(self) -> tuple[Tokens, Logits]:
        """The tokens that the samplers have left, with their scores, until the next is applied."""
        native = self._native
        at = ctypes.cast(native.data, ctypes.c_void_p).value or 0
        start = (at - self._all.ctypes.data) // _CANDIDATE.itemsize
        left = self._all[start : start + int(native.size)]
        left = left[np.isfinite(left["logit"])]
        return left["id"], left["logit"]

    @property
    def selected(self) -> int:
        """The token that was drawn."""
        native = self._native
        return int(native.data[native.selected].id)


@functools.lru_cache(maxsize=1)
def shared_candidates(vocabulary_size: int) -> Candidates:
    """The array of the thread that evaluates; no other may use it."""
    return Candidates(vocabulary_size)
