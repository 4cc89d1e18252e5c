"""Votes as rows for training: DPO, KTO and SFT."""

from __future__ import annotations

from typing import Literal

import msgspec

from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text

ExportKind = Literal["dpo", "kto", "sft"]
ExportForm = Literal["messages", "text"]

CHOSEN_PROMPT = ""
"""In place of a variant: the prompt of the answer that was preferred, or of the answer itself."""


class PromptText(msgspec.Struct, frozen=True, kw_only=True):
    """The messages that led to an answer; empty with the reason where no one prompt did."""

    messages: tuple[tuple[str, str], ...] = ()
    """Role and text of each."""
    reason: str = ""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Votes or answers that make no row, and why, as the end of a sentence."""

    count: int
    reason: str


class PreferenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row for training, and what is known of it: votes, variants, models, seed."""

    row: dict[str, Json]
    about: dict[str, Json]


class PreferenceExport(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one kind, and everything that is not among them."""

    kind: ExportKind
    form: ExportForm
    rows: tuple[PreferenceRow, ...]
    left_out: tuple[LeftOut, ...] = ()
    different_prompts: int = 0
    """DPO rows whose two answers had different prompts: the row has one of them."""

    @property
    def sentence(self) -> str:
        """For example: 56 DPO rows from decided votes."""
        source = {"dpo": "decided votes", "kto": "pairs that were both bad", "sft": "best answers"}
        return f"{count_text(len(self.rows), f'{self.kind.upper()} row')} from {source[self.kind]}."

    @property
    def left_out_sentence(self) -> str:
        """What is not among the rows, and why; "" where everything is."""
        parts = [f"{each.count:,} because {each.reason}" for each in self.left_out]
        return f"Left out: {'; '.join(parts)}." if parts else ""

    @property
    def lines(self) -> str:
        """The file: one JSON object a line."""
        return _lines([each.row for each in self.rows])

    @property
    def about_lines(self) -> str:
        """The second file: line by line what is known of the rows of the first."""
        return _lines([each.about for each in self.rows])


def _lines(rows: list[dict[str, Json]]) -> str:
    return "".join(msgspec.json.encode(each).decode() + "\n" for each in rows)
