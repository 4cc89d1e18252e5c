"""The tokens of one evaluation."""

from __future__ import annotations

from typing import Any

from workbench.engine.worker.llama import lib


class Batch:
    """A llama.cpp batch of at most ``capacity`` tokens, each belonging to one sequence."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.native: Any = lib.llama_batch_init(capacity, 0, 1)
        for index in range(capacity):
            self.native.n_seq_id[index] = 1
        # Each item of seq_id is a pointer of its own; looking them up once is half the cost.
        self._sequences = [self.native.seq_id[index] for index in range(capacity)]

    def __len__(self) -> int:
        return int(self.native.n_tokens)

    @property
    def room(self) -> int:
        """How many tokens can still be added."""
        return self.capacity - len(self)

    def clear(self) -> None:
        """Start again."""
        self.native.n_tokens = 0

    def add(self, token: int, *, position: int, sequence: int, wants_logits: bool) -> int:
        """Append a token and return its row, by which its logits are asked for."""
        row = int(self.native.n_tokens)
        self.native.token[row] = token
        self.native.pos[row] = position
        self._sequences[row][0] = sequence
        self.native.logits[row] = wants_logits
        self.native.n_tokens = row + 1
        return row

    def close(self) -> None:
        """Free the native arrays."""
        lib.llama_batch_free(self.native)
