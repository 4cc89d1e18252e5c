"""Composes one evaluation: a token of each answer, and pieces of the prompts being read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.engine.worker.lane import Lane
from workbench.engine.worker.model import Model

STEP_SECONDS = 0.25
"""A step with prompt pieces aims at this, so that progress shows and answers keep streaming."""
URGENT_STEP_SECONDS = 0.12
"""A step that a chat takes part in aims at this: other lanes take turns in it."""
MIN_PIECE_TOKENS = 32
MIN_BESIDE = 4
"""Other answers that always go on in each step while a chat does, however slow the machine is."""
STRICT_PIECE_TOKENS = 128
"""Fixed, because the size of the pieces can change the last bits of the logits."""


@dataclass
class Entry:
    """What one lane has in the batch. ``rows`` are the batch entries whose logits it wants."""

    lane: Lane
    start: int
    count: int
    rows: list[int]


class Composer:
    """Fills the model's batch, and measures with each evaluation how much fits into a short one."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._tree = model.tree
        self._tokens_per_second = 0.0
        self._row_seconds = 0.0
        self._turn = 0

    def compose(self, running: Sequence[Lane]) -> list[Entry]:
        """Put the next tokens of ``running`` into the batch; nothing where cells are short."""
        self._model.batch.clear()
        by_urgency = sorted(running, key=lambda lane: lane.order)
        urgent = any(lane.job.urgent for lane in running)
        decoding = [lane for lane in by_urgency if lane.pending == 1]
        if urgent:
            decoding = self._take_turns(decoding)
        if not self._tree.make_room(len(decoding)):
            return []
        entries = [self._place(lane, 1) for lane in decoding]
        reading = [lane for lane in by_urgency if lane.pending > 1]
        if reading:
            budget = min(self._model.batch.room, self._piece_tokens(running, urgent=urgent))
            entries += self._place_pieces(reading, budget, self._model.most_rows - len(decoding))
        return entries

    def _take_turns(self, decoding: list[Lane]) -> list[Lane]:
        """The chat's own, and of the others those whose turn it is, so that the step is short."""
        urgent = [lane for lane in decoding if lane.job.urgent]
        others = decoding[len(urgent) :]
        if not self._row_seconds:
            return decoding
        most = max(MIN_BESIDE, int(URGENT_STEP_SECONDS / self._row_seconds) - len(urgent))
        if len(others) <= most:
            return decoding
        start = self._turn % len(others)
        self._turn += most
        return urgent + (others[start:] + others[:start])[:most]

    def _place_pieces(self, reading: list[Lane], budget: int, rows: int) -> list[Entry]:
        """Pieces of ``budget`` tokens together, with at most ``rows`` logits among them."""
        entries = []
        for lane in reading:
            assert lane.sequence is not None
            size = min(lane.pending, budget)
            if not lane.job.started and len(lane.job.lanes) > 1:
                # The others are forked where the prompt ends.
                size = min(size, len(lane.job.prompt) - len(lane.sequence))
            size = min(size, max(0, lane.first_wanted - len(lane.sequence)) + rows)
            if lane.job.strict:
                size = min(size, STRICT_PIECE_TOKENS)
            self._tree.make_room(size)
            size = min(size, self._tree.free_cells)
            if size <= 0:
                break
            entries.append(self._place(lane, size))
            rows -= len(entries[-1].rows)
            budget -= size
        return entries

    def _piece_tokens(self, running: Sequence[Lane], *, urgent: bool) -> int:
        if any(lane.job.strict for lane in running):
            return STRICT_PIECE_TOKENS
        if not self._tokens_per_second:
            return MIN_PIECE_TOKENS * 2
        seconds = URGENT_STEP_SECONDS if urgent else STEP_SECONDS
        return max(MIN_PIECE_TOKENS, int(self._tokens_per_second * seconds))

    def _place(self, lane: Lane, count: int) -> Entry:
        sequence = lane.sequence
        assert sequence is not None
        start = len(sequence)
        tokens = lane.history[start : start + count]
        rows = []
        first_wanted = lane.first_wanted
        for index, token in enumerate(tokens, start):
            wanted = index >= first_wanted
            row = self._model.batch.add(
                token, position=index, sequence=sequence.id, wants_logits=wanted
            )
            if wanted:
                rows.append(row)
        self._tree.extend(sequence, tokens)
        return Entry(lane, start, count, rows)

    def roll_back(self, entries: list[Entry]) -> None:
        """Undo the placing of a batch that was not evaluated to the end."""
        for entry in entries:
            assert entry.lane.sequence is not None
            self._tree.truncate(entry.lane.sequence, entry.start)

    def measure(self, entries: list[Entry], seconds: float) -> None:
        """Update the reading and decoding speeds from steps that measure only one of them."""
        tokens = sum(entry.count for entry in entries)
        if tokens >= MIN_PIECE_TOKENS and seconds > 0:
            speed = tokens / seconds
            known = self._tokens_per_second or speed
            self._tokens_per_second = 0.5 * known + 0.5 * speed
        elif tokens == len(entries) >= MIN_BESIDE:
            known = self._row_seconds or seconds / tokens
            self._row_seconds = 0.8 * known + 0.2 * seconds / tokens
