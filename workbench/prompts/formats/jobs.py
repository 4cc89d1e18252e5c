"""Jobs that read files of other programs inside the sandbox."""

from __future__ import annotations

from typing import Any

from workbench.domain.errors import FormatError
from workbench.domain.prompts.exchange import ImportPreview
from workbench.domain.runs.spec import Json
from workbench.prompts.formats.bounded_reading import decoded, read_json, read_yaml
from workbench.prompts.formats.format import SourceFile
from workbench.prompts.formats.import_files import SAMPLES
from workbench.prompts.formats.registry import read_source_file

MOST_SETS = 500
MOST_ROWS = 50_000


def read_job(name: str, data: bytes, files: dict[str, bytes], wanted: str) -> ImportPreview:
    """All prompts of a file; see :func:`read_source_file`."""
    return read_source_file(SourceFile(name, data, files), wanted)


def beside_job(name: str, data: bytes) -> Any:
    """The data of a prompt in a bundle: sample sets as a mapping, or rows of a data set."""
    text = decoded(data, name)
    if not name.endswith(SAMPLES):
        return _rows(text, name)
    value = read_yaml(text, name)
    found = value if isinstance(value, dict) else {}
    if len(found) > MOST_SETS or not all(isinstance(each, dict) for each in found.values()):
        raise FormatError(name, "the samples must be a mapping of names to values.")
    return found


def _rows(text: str, name: str) -> list[Json]:
    rows: list[Json] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        row = read_json(line, f"{name}, line {number}")
        if not isinstance(row, dict) or len(rows) >= MOST_ROWS:
            reason = f"a data set is at most {MOST_ROWS:,} lines with a JSON object each."
            raise FormatError(name, reason)
        rows.append(row)
    return rows
