"""promptfoo's configuration: prompts (Nunjucks, near to Jinja), variables and tests."""

from __future__ import annotations

import re
from typing import Any

from workbench.domain.errors import FormatError
from workbench.domain.prompts.datasets import EXPECTED
from workbench.domain.prompts.exchange import FormatInfo, ImportedPrompt
from workbench.domain.runs.spec import Json
from workbench.prompts.formats.bounded_reading import decoded, read_json, read_yaml
from workbench.prompts.formats.format import PromptFormat, SourceFile
from workbench.prompts.formats.jinja_text import read_jinja
from workbench.prompts.formats.openai_messages import content_text, messages_of, role_of
from workbench.prompts.formats.prompt_text import Turn, file_name, prompt_text, trimmed
from workbench.prompts.formats.promptfoo.tests import read_tests
from workbench.prompts.formats.promptfoo.writing import TITLE, write_promptfoo
from workbench.prompts.formats.template_ast import Text, UnreadableTemplate, Untranslatable, roots

MOST_PROMPTS = 200
_SEPARATOR = re.compile(r"^---[ \t]*$", re.MULTILINE)
_TEXTS = (".txt", ".md", ".j2", ".json", ".jsonl", ".yaml", ".yml")
_WANTED = re.compile(r"(?:file://)?([\w][\w./ -]{0,200}\.(?:txt|md|j2|jsonl|json|ya?ml|csv))\b")
_PROGRAM = re.compile(r"(?:exec|python|ruby|golang|package):\S[^\n]*\Z")
"""A prompt that a program makes."""
_COMPUTED_CHAT = re.compile(r"\s*\[.*[\"']role[\"']\s*:", re.DOTALL)
_IGNORED = (
    "providers",
    "targets",
    "scenarios",
    "redteam",
    "outputPath",
    "transform",
    "nunjucksFilters",
)
MOST_FILES = 50


def wanted_files(text: str) -> list[str]:
    """Files that a configuration may mean, relative to its folder."""
    return list(dict.fromkeys(_WANTED.findall(text)))[:MOST_FILES]


def _read(file: SourceFile) -> list[ImportedPrompt]:
    value = file.value
    if not isinstance(value, dict) or "prompts" not in value:
        raise FormatError(file.name, 'it has no "prompts".')
    reader = _Reader(file)
    shared = [f"“{key}” is left out." for key in _IGNORED if key in value]
    items = value["prompts"]
    if isinstance(items, str):
        items = [items]
    if isinstance(items, dict):
        items = [{"id": key, "label": label} for key, label in items.items()]
    if not isinstance(items, list):
        raise FormatError(file.name, '"prompts" must be a list.')
    found: list[tuple[str, str]] = []
    for item in items[:MOST_PROMPTS]:
        found += reader.sources(item)
    rows = read_tests(value, file, reader.notes)
    description = value.get("description")
    return [
        reader.prompt(
            label or (file.stem if len(found) == 1 else f"{file.stem}-{number}"),
            source,
            rows,
            description if isinstance(description, str) else "",
            shared,
        )
        for number, (label, source) in enumerate(found, start=1)
    ]


class _Reader:
    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self.notes: list[str] = []

    def sources(self, item: Json) -> list[tuple[str, str]]:
        """Label and template of each prompt of an entry of the list."""
        label = ""
        if isinstance(item, dict):
            label = str(item.get("label") or item.get("display") or "")
            raw = item.get("raw")
            if isinstance(raw, str):
                return [(label, raw)]
            item = item.get("id", item.get("file"))
        if not isinstance(item, str):
            self.notes.append("A prompt that is neither a text nor a file is left out.")
            return []
        if _PROGRAM.match(item):
            self.notes.append(f"The prompt {item} is made by a program and is left out.")
            return []
        name = item.removeprefix("file://").removeprefix("./")
        if "\n" not in item and (item.startswith("file://") or name in self._file.files):
            return self._of_file(name, label)
        return [(label, item)]

    def _of_file(self, name: str, label: str) -> list[tuple[str, str]]:
        data = self._file.files.get(name)
        if not name.lower().endswith(_TEXTS):
            self.notes.append(f"The prompt {name} is made by a program and is left out.")
            return []
        if data is None:
            self.notes.append(f"The prompt file {name} was not found next to the configuration.")
            return []
        text = decoded(data, name)
        stem = label or name.rpartition("/")[2].rpartition(".")[0]
        if name.lower().endswith((".txt", ".md")):
            pieces = [piece.strip("\n") for piece in _SEPARATOR.split(text)]
            pieces = [piece for piece in pieces if piece.strip()]
            return [
                (stem if len(pieces) == 1 else f"{stem}-{number}", piece)
                for number, piece in enumerate(pieces, start=1)
            ]
        return [(stem, text)]

    def prompt(
        self,
        name: str,
        source: str,
        rows: list[dict[str, Json]],
        description: str,
        shared: list[str],
    ) -> ImportedPrompt:
        """One prompt with the tests as its data set."""
        notes: list[str] = [*shared, *self.notes]
        turns = self._turns(source, notes)
        known: dict[str, str] = {}
        for turn in turns:
            known |= roots(turn.parts)
        complete = not any(turn.source for turn in turns)
        kept = [
            {key: value for key, value in row.items() if not complete or key in known
             or key in EXPECTED}
            for row in rows
        ]  # fmt: skip
        kept = [row for row in kept if row]
        first = kept[0] if kept else {}
        inputs = [key for key in first if key not in EXPECTED or key in known]
        text = prompt_text(
            name,
            turns,
            description=description,
            sample={key: first[key] for key in inputs},
        )
        return ImportedPrompt(
            name=file_name(name),
            text=text,
            rows=tuple(kept) if len(kept) > 1 or any(k in first for k in EXPECTED) else (),
            notes=tuple(dict.fromkeys(notes)),
        )

    def _turns(self, source: str, notes: list[str]) -> list[Turn]:
        messages = self._chat(source)
        if messages is None:
            if _COMPUTED_CHAT.match(source):
                notes.append(
                    "A chat whose JSON is computed by its template is taken as one message: "
                    "divide it into messages by hand."
                )
            return [_turn("user", source, notes)]
        turns = []
        for message in messages:
            assert isinstance(message, dict)
            role = role_of(message["role"], notes)
            if role is not None:
                turns.append(_turn(role, content_text(message.get("content"), notes), notes))
        return turns

    def _chat(self, source: str) -> list[Json] | None:
        """The messages of a prompt that is a chat as JSON or YAML."""
        start = source.lstrip()[:1]
        try:
            if start in {"[", "{"} and not source.lstrip().startswith(("{{", "{%", "{#")):
                return messages_of(read_json(source, self._file.name))
            if source.lstrip().startswith("- role:"):
                return messages_of(read_yaml(source, self._file.name))
        except FormatError:
            return None
        return None


def _turn(role: Any, source: str, notes: list[str]) -> Turn:
    source = source.strip("\n").rstrip()
    try:
        return Turn(role, trimmed(read_jinja(source, notes, trimming=False)))
    except UnreadableTemplate as error:
        notes.append(f"A template has {error}: it is taken as plain text.")
        return Turn(role, (Text(source),))
    except Untranslatable:
        notes.append("White space around blocks can differ a little.")
        return Turn(role, source=source)


def _detect(file: SourceFile) -> bool:
    return file.suffix in {".yaml", ".yml", ".json"} and "prompts" in file.mapping()


PROMPTFOO = PromptFormat(
    info=FormatInfo(
        id="promptfoo",
        title=TITLE,
        suffixes=(".yaml", ".yml", ".json"),
        description="A configuration with prompts, variables and tests.",
    ),
    detect=_detect,
    read=_read,
    write=write_promptfoo,
)
