"""Our own JSON: everything of a conversation, all branches, as ``exchange/own.py`` reads it."""

from __future__ import annotations

import json

import msgspec

from workbench.domain.transcripts import ExportOptions, Transcript

SCHEMA = 1
BEFORE = json.dumps({"format": "prompt-workbench-conversations", "version": SCHEMA})[:-1] + (
    ', "conversations": [\n'
)
BETWEEN, AFTER = ",\n", "\n]}\n"


def write(found: Transcript, _options: ExportOptions) -> str:
    """One conversation, on a line."""
    return json.dumps(msgspec.to_builtins(found), ensure_ascii=False)
