"""A table: a row a message of the shown branch, or of all; no cell is a formula."""

from __future__ import annotations

import csv
import io

from workbench.domain.transcripts import ExportOptions, Transcript
from workbench.transcripts.writing.paths import shown, time_text

COLUMNS = (
    "conversation", "id", "parent", "role", "author", "created", "kind", "text", "reasoning",
    "label", "attachments",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def header() -> str:
    """The names of the columns."""
    return _lines([list(COLUMNS)])


def write(found: Transcript, options: ExportOptions) -> str:
    """The rows of a conversation."""
    messages = shown(found, found.leaf, options)
    if options.all_branches:
        messages = [each for each in found.messages if not each.hidden]
    return _lines(
        [
            [
                found.title, each.key, each.parent or "", each.role, each.author,
                time_text(each.created_at), each.kind, each.text,
                each.reasoning if options.reasoning else "", each.label,
                "; ".join(part.name or part.kind for part in each.attachments),
            ]
            for each in messages
        ]
    )  # fmt: skip


def _lines(rows: list[list[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return text.getvalue()
