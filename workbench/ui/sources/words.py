"""How counts, ranks and states of documents are worded."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from workbench.domain.sources.collection import IndexProgress, SourceFile
from workbench.domain.sources.document import heading_words
from workbench.domain.sources.hits import Hit
from workbench.domain.text import count_text


class StateWords(NamedTuple):
    """How far a file is: words, icon and tone."""

    words: str
    icon: str
    tone: str


def state_of(file: SourceFile) -> StateWords:
    """What the list says of a file."""
    chunks = count_text(file.chunks, "chunk")
    if file.state == "refused":
        return StateWords(file.problem.removeprefix(f"{file.path}: "), "circle-alert", "warn")
    if file.state == "waiting":
        return StateWords("not read yet", "clock", "text-3")
    if file.notes and not file.chunks:
        return StateWords(file.notes[0], "warning", "warn")
    if file.state == "read" and file.embedded < file.chunks:
        return StateWords(f"words · {file.embedded:,} of {chunks} with vectors", "busy", "text-3")
    return StateWords(f"indexed · {chunks}", "check", "text-3")


def progress_words(progress: IndexProgress) -> str:
    """What is being done, and how far it is."""
    doing = {"looking": "Looking for files", "reading": "Reading", "embedding": "Making vectors"}
    words = doing.get(progress.doing, "Indexed")
    if progress.total:
        words += f", {progress.done:,} of {progress.total:,}"
    if progress.name and progress.doing == "reading":
        words += f": {Path(progress.name).name}"
    return words


def place_of(hit: Hit) -> str:
    """Where a passage is in its file: "page 3 · Refunds › When it is paid"."""
    words = [f"page {hit.page}"] if hit.page else []
    words += [heading_words(hit.headings)] if hit.headings else []
    return " · ".join(words)


def ranks_of(hit: Hit) -> str:
    """All that is known of how it was found, for screen readers and tool tips."""
    words = f"words: rank {hit.words_rank}, {hit.words_score:.2f}" if hit.words_rank else "no word"
    meaning = f"meaning: rank {hit.meaning_rank}, {hit.meaning_score:.3f}"
    parts = [words] + ([meaning] if hit.meaning_rank else [])
    parts += [f"fused {hit.fused:.4f}"] if hit.fused else []
    return ", ".join([*parts, count_text(hit.tokens, "token")])
