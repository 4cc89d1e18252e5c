"""What Compare says of its columns and of all of them together."""

from __future__ import annotations

import time

from workbench.domain.runs.made_with import QUESTION, Aspect, describe_aspects
from workbench.domain.text import count_text
from workbench.ui.compare.columns.column_model import ColumnModel
from workbench.ui.runs.run_model import RunModel
from workbench.ui.runs.words import QUEUED, STATUS_WORDS, Word, state_word

IDLE = Word("Not run", "", "text-3")
UNKNOWN = Word("", "", "text-3")
"""While the runs of the last session are being read."""

ANOTHER = Word("Earlier", "history", "text-3")
"""The state of a column whose results belong to another question, or to other settings."""


def column_word(model: ColumnModel) -> Word:
    """The state of a column: of its runs together while they differ, else of the shown one."""
    runs = len(model.cells)
    if runs > 1 and model.busy:
        ended = sum(cell.phase == "ended" for cell in model.cells)
        return Word(f"{ended} of {runs} runs", "busy", "text")
    if not model.busy and model.shown_aspects:
        return ANOTHER
    if 0 < model.done < runs and model.phase == "ended":
        return Word(f"{model.done} of {runs} done", "warning", "warn")
    return _run_word(model)


def _run_word(model: ColumnModel) -> Word:
    """The state of the run that a column shows."""
    shown = model.shown
    if shown.error:
        return STATUS_WORDS["failed"]
    if shown.phase == "starting":
        return QUEUED
    if shown.state is None:
        return UNKNOWN if model.is_loading else IDLE
    if shown.found is not None:
        return Word(f"Cached {found_text(shown)}", "database", "text-2")
    params = {field.name: field.default for field in model.info.fields} | model.params
    return state_word(shown.state, params)


def found_text(cell: RunModel) -> str:
    """When a run that was found in the history was made, "" where it was made now."""
    if cell.found is None:
        return ""
    at = time.localtime(cell.found.ended_at)
    today = time.strftime("%Y%m%d", at) == time.strftime("%Y%m%d")
    return time.strftime("%H:%M" if today else "%Y-%m-%d %H:%M", at)


def several_cut(cut: int, runs: int) -> str:
    """How many runs of a column were cut, "" where none was."""
    if not cut:
        return ""
    return f"{cut} of {count_text(runs, 'run')} {'was' if cut == 1 else 'were'} stopped"


def others_sentence(aspects: tuple[Aspect, ...], others: int, columns: int) -> str:
    """That columns show results of something else than what is shown.

    Args:
        aspects: what differs, in the first of them.
        others: how many columns show such results.
        columns: how many show any.
    """
    sentence = describe_aspects(aspects)
    if others == columns:
        return sentence
    words = "answer another question" if QUESTION.intersection(aspects) else "have other settings"
    verb = words if others > 1 else words.replace("answer ", "answers ").replace("have ", "has ")
    return f"{others} of {count_text(columns, 'column')} {verb}"
