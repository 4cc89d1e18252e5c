"""The program's own prompt files: Prompty, and plain Jinja or Markdown as one message."""

from __future__ import annotations

from workbench.domain.exchange import Exported, FormatInfo, ImportedPrompt
from workbench.templates.document import parse_document
from workbench.templates.formats.format import Foreign, PromptFormat, Source

_SUFFIXES = (".prompty", ".j2", ".jinja", ".jinja2", ".md")


def _read(file: Foreign) -> list[ImportedPrompt]:
    text = file.data.decode("utf-8", "replace") if file.text else file.text
    document = parse_document(text, file.name)
    notes = () if document.body.strip() else ("The prompt has no text.",)
    return [ImportedPrompt(name=file.stem, text=text, suffix=file.suffix, notes=notes)]


def _write(source: Source) -> Exported:
    notes = ("The data set is not part of the file.",) if source.rows else ()
    return Exported(content=source.text.encode(), suffix=".prompty", notes=notes)


PROMPTY = PromptFormat(
    info=FormatInfo(
        id="prompty",
        title="Prompty",
        suffixes=_SUFFIXES,
        description="The program's own format, unchanged.",
    ),
    detect=lambda file: file.suffix in _SUFFIXES,
    read=_read,
    write=_write,
)
