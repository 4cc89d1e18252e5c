"""All formats that conversations are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workbench.domain.errors import UsageError
from workbench.domain.formulas import FormulaKey
from workbench.domain.transcripts import ExportFormat, ExportOptions, Transcript
from workbench.transcripts.writing import (
    csv_table,
    html,
    markdown,
    openai_jsonl,
    own_json,
    sharegpt,
)


@dataclass(frozen=True)
class Writer:
    """A format: one conversation as a text, and what goes around several in one file.

    That of a PDF is the Markdown that is printed.
    """

    info: ExportFormat
    write: Callable[[Transcript, ExportOptions], str]
    before: str = ""
    between: str = "\n"
    after: str = ""
    formulas: Callable[[Transcript], Iterable[FormulaKey]] | None = None
    """The formulas that it shows as drawings, where it does."""
    write_drawn: Callable[[Transcript, ExportOptions, html.Drawings], str] | None = None


WRITERS: tuple[Writer, ...] = (
    Writer(
        ExportFormat("markdown", "Markdown", ".md", "To read, and for notes"),
        markdown.write,
    ),
    Writer(
        ExportFormat(
            "json", "Prompt Workbench JSON", ".json", "Whole, with all branches; can be read back",
            whole=True, many=True,
        ),
        own_json.write,
        own_json.BEFORE,
        own_json.BETWEEN,
        own_json.AFTER,
    ),
    Writer(
        ExportFormat("html", "HTML", ".html", "A page to browse and to print"),
        html.write,
        formulas=html.formulas,
        write_drawn=html.write,
    ),
    Writer(
        ExportFormat("pdf", "PDF", ".pdf", "Pages to print and to pass on"),
        markdown.write_for_paper,
    ),
    Writer(
        ExportFormat("jsonl", "OpenAI JSONL", ".jsonl", "Messages, a line a branch", many=True),
        openai_jsonl.write,
        after="\n",
    ),
    Writer(
        ExportFormat("sharegpt", "ShareGPT", ".json", "For training", many=True),
        sharegpt.write,
        sharegpt.BEFORE,
        sharegpt.BETWEEN,
        sharegpt.AFTER,
    ),
    Writer(
        ExportFormat("csv", "CSV", ".csv", "A table with a row a message", many=True),
        csv_table.write,
        before=csv_table.header(),
        between="",
    ),
)  # fmt: skip


def formats() -> tuple[ExportFormat, ...]:
    """All formats."""
    return tuple(each.info for each in WRITERS)


def find_writer(name: str) -> Writer:
    """A format by its id (UsageError where there is none)."""
    for each in WRITERS:
        if each.info.id == name:
            return each
    known = ", ".join(each.info.id for each in WRITERS)
    raise UsageError(f"There is no format called {name}: choose one of {known}.")
