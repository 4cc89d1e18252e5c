"""ChainForge: flows (``.cforge``) with ``{var}`` prompts, and plain texts with ``{var}``."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import Any, NamedTuple

from workbench.domain.errors import FormatError
from workbench.domain.prompts.exchange import Exported, FormatInfo, ImportedPrompt
from workbench.domain.runs.spec import Json
from workbench.prompts.formats.braces import read_forge, write_forge
from workbench.prompts.formats.format import PromptFormat, Source, SourceFile
from workbench.prompts.formats.prompt_text import (
    Turn,
    file_name,
    prompt_text,
    trimmed,
    turns_of,
    untranslated,
)
from workbench.prompts.formats.template_ast import (
    Parts,
    Text,
    Untranslatable,
    roots,
    usable_name,
    with_filters,
)

_TITLE = "ChainForge"
_SYSTEM = "=system_msg"
_SYSTEM_MARK = re.compile(r"\{=system_msg\}(?:[ \t]*\n)?")
_PROMPTS = {"prompt", "chat"}
MOST_ROWS = 200


class _Edge(NamedTuple):
    """``column`` is a table's column, ``variable`` what it fills."""

    source: str
    column: str
    variable: str


def _read(file: SourceFile) -> list[ImportedPrompt]:
    if file.suffix == ".txt":
        notes: list[str] = []
        text = _text(file.stem, (), read_forge(file.text.strip("\n"), notes), {})
        return [ImportedPrompt(name=file.stem, text=text, notes=tuple(notes))]
    flow = file.mapping().get("flow") if file.suffix != ".json" else None
    if flow is None:
        value = file.value
        flow = value.get("flow") if isinstance(value, dict) else None
    nodes = flow.get("nodes") if isinstance(flow, dict) else None
    if not isinstance(nodes, list):
        raise FormatError(file.name, "it is no flow of ChainForge: it has no nodes.")
    assert isinstance(flow, dict)
    edges = flow.get("edges")
    reader = _Flow(file, nodes, edges if isinstance(edges, list) else [])
    found = [prompt for node in nodes for prompt in reader.prompts(node)]
    if not found:
        raise FormatError(file.name, "the flow holds no prompt.")
    return found


class _Flow:
    def __init__(self, file: SourceFile, nodes: list[Json], edges: list[Json]) -> None:
        self._file = file
        self._nodes: dict[str, dict[str, Any]] = {
            str(node.get("id")): node for node in nodes if isinstance(node, dict)
        }
        self._edges: dict[str, list[_Edge]] = {}
        self._count = 0
        for edge in edges:
            if isinstance(edge, dict):
                found = _Edge(*(str(edge.get(k, "")) for k in ("source", "sourceHandle",
                                                               "targetHandle")))  # fmt: skip
                self._edges.setdefault(str(edge.get("target")), []).append(found)

    def prompts(self, node: Json) -> list[ImportedPrompt]:
        """The prompt of a node, none where it has no text."""
        if not isinstance(node, dict) or node.get("type") not in _PROMPTS:
            return []
        data = node.get("data")
        source = data.get("prompt") if isinstance(data, dict) else None
        if not isinstance(source, str) or not source.strip():
            return []
        assert isinstance(data, dict)
        notes: list[str] = []
        columns, table = self._values(str(node.get("id")))
        above = columns.pop(_SYSTEM, [])
        filled = {*columns, *(name for row in table for name in row)}
        system = [read_forge(text, notes, escapes=False, known=filled) for text in above]
        columns = {usable_name(name): values for name, values in columns.items()}
        if system:
            source = _SYSTEM_MARK.sub("", source)
        else:
            system = [(Text(text),) for text in self._system(data, notes)]
        if len(system) > 1:
            notes.append("Only the first of several system messages is taken.")
        rows = _rows(columns, table, notes)
        parts = read_forge(source, notes)
        first = system[0] if system else ()
        title = str(data.get("title") or "").strip()
        self._count += 1
        name = title or f"{self._file.stem}{f'-{self._count}' if self._count > 1 else ''}"
        known = {**roots(first), **roots(parts)}
        sample = {key: value for key, value in (rows[0] if rows else {}).items() if key in known}
        text = _text(name, first, parts, sample)
        return [
            ImportedPrompt(
                name=file_name(name),
                text=text,
                rows=tuple(rows) if len(rows) > 1 else (),
                notes=tuple(dict.fromkeys(notes)),
            )
        ]

    @staticmethod
    def _system(data: dict[str, Any], notes: list[str]) -> list[str]:
        """The system messages that a node's models are set to."""
        found: dict[str, None] = {}
        models = data.get("llms")
        for model in models if isinstance(models, list) else []:
            settings = model.get("settings") if isinstance(model, dict) else None
            text = settings.get("system_msg") if isinstance(settings, dict) else None
            if isinstance(text, str) and text.strip():
                found[text] = None
        if models:
            notes.append("The models of the flow are left out.")
        return list(found)

    def _values(self, node: str) -> tuple[dict[str, list[str]], list[dict[str, Json]]]:
        """Values by variable, and the rows of a table that fills several of them."""
        columns: dict[str, list[str]] = {}
        table: list[dict[str, Json]] = []
        for edge in self._pulled(node):
            source = self._nodes.get(edge.source, {})
            data = source.get("data")
            if not isinstance(data, dict):
                continue
            if source.get("type") == "table":
                table = _merged_rows(table, edge, data)
            else:
                values = _texts(data.get("fields", data.get("text")))
                if edge.variable != _SYSTEM:
                    values = [each.replace("\\{", "{").replace("\\}", "}") for each in values]
                if values:
                    columns[edge.variable] = values
        return columns, table

    def _pulled(self, node: str) -> list[_Edge]:
        """The edges into a node, and those into the texts it takes, which have variables too."""
        found = list(self._edges.get(node, []))
        for place, edge in enumerate(found):
            if place < MOST_ROWS and edge.source != node:
                found += [each for each in self._edges.get(edge.source, []) if each not in found]
        return found


def _texts(fields: Json) -> list[str]:
    """The values of a node with texts."""
    if isinstance(fields, dict):
        fields = list(fields.values())
    if isinstance(fields, str):
        fields = fields.split("\n")
    found = []
    for each in fields if isinstance(fields, list) else []:
        text = each.get("text") if isinstance(each, dict) else each
        if isinstance(text, str):
            found.append(text)
    return found


def _merged_rows(
    table: list[dict[str, Json]], edge: _Edge, data: dict[str, Any]
) -> list[dict[str, Json]]:
    columns, rows = data.get("columns"), data.get("rows")
    key = edge.column
    for column in columns if isinstance(columns, list) else []:
        if isinstance(column, dict) and edge.column in {column.get("header"), column.get("key")}:
            key = str(column.get("key"))
    found = (
        [row.get(key) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    )
    while len(table) < len(found):
        table.append({})
    for row, value in zip(table, found, strict=False):
        row[usable_name(edge.variable)] = value
    return table


def _rows(
    columns: dict[str, list[str]], table: list[dict[str, Json]], notes: list[str]
) -> list[dict[str, Json]]:
    """All combinations, as ChainForge makes them, up to a number."""
    combined = itertools.product(*columns.values()) if columns else iter([()])
    pairs = itertools.product(table or [{}], combined)
    names = list(columns)
    rows = [
        row | dict(zip(names, values, strict=True))
        for row, values in itertools.islice(pairs, MOST_ROWS + 1)
    ]
    if len(rows) > MOST_ROWS:
        notes.append(f"Only the first {MOST_ROWS} combinations of values are taken.")
    return [row for row in rows[:MOST_ROWS] if row]


def _text(name: str, system: Parts, user: Parts, sample: dict[str, Json]) -> str:
    turns = [Turn("system", trimmed(system))] if system else []
    return prompt_text(name, [*turns, Turn("user", trimmed(user))], sample=sample)


# --- writing ------------------------------------------------------------------------------------


def _write(source: Source) -> Exported:
    notes: list[str] = []
    try:
        turns = tuple(
            replace(turn, parts=with_filters(turn.parts, (), notes))
            for turn in turns_of(source.document, notes)
        )
        roles = [turn.role for turn in turns]
        if any(turn.thread for turn in turns) or roles not in (["user"], ["system", "user"]):
            raise Untranslatable("other messages than one of the system and one of the user")
        system = write_forge(turns[0].parts, escapes=False) if len(turns) > 1 else ""
        prompt = write_forge(turns[-1].parts)
    except Untranslatable as error:
        raise untranslated(source.name, _TITLE, error) from None
    names = list(dict.fromkeys(name for turn in turns for name in roots(turn.parts)))
    values = {name: _column(source, name) for name in names}
    notes.append("Types, defaults and descriptions of the inputs are left out.")
    if len(source.rows) > 1 and len(names) > 1:
        notes.append("ChainForge combines all values; the rows of the data set are not kept whole.")
    inner = roots(turns[0].parts) if system else {}
    if any("{" in text or "}" in text for name in inner for text in values[name]):
        notes.append("Braces in values of the system message get a backslash there.")
    if system:
        prompt = f"{{{_SYSTEM}}}\n{prompt}"
        values[_SYSTEM] = [system]
    above = [name for name in inner if name not in roots(turns[-1].parts)]
    flow = _flow(source.document.name, prompt, values, above)
    content = json.dumps(flow, ensure_ascii=False, indent=1) + "\n"
    return Exported(content=content.encode(), suffix=".cforge", notes=tuple(notes))


def _column(source: Source, name: str) -> list[str]:
    rows = tuple(map(source.seen, source.rows)) or (source.seen(source.optional) | source.values,)
    found = [row[name] for row in rows if row.get(name) is not None]
    texts = map(str, found)
    escaped = (write_forge((Text(text),)) if text else "" for text in texts)
    return list(dict.fromkeys(escaped)) or [""]


def _flow(
    title: str, prompt: str, values: dict[str, list[str]], above: list[str]
) -> dict[str, Any]:
    """A flow with a node of texts for each variable; those of ``above`` go to the system's."""
    system = f"textfields-{list(values).index(_SYSTEM) + 1}" if _SYSTEM in values else ""
    nodes: list[dict[str, Any]] = [
        {
            "id": "prompt-1",
            "type": "prompt",
            "position": {"x": 480, "y": 120},
            "data": {"title": title, "prompt": prompt, "n": 1, "llms": []},
        }
    ]
    edges = []
    for number, (name, texts) in enumerate(values.items()):
        nodes.append(
            {
                "id": f"textfields-{number + 1}",
                "type": "textfields",
                "position": {"x": 80, "y": 40 + 220 * number},
                "data": {
                    "title": name.removeprefix("="),
                    "fields": {f"f{index}": text for index, text in enumerate(texts)},
                    **({"vars": above} if above and name == _SYSTEM else {}),
                },
            }
        )
        edges.append(
            {
                "id": f"edge-{number + 1}",
                "source": f"textfields-{number + 1}",
                "sourceHandle": "output",
                "target": system if name in above else "prompt-1",
                "targetHandle": name,
            }
        )
    viewport = {"x": 0, "y": 0, "zoom": 1}
    return {"flow": {"nodes": nodes, "edges": edges, "viewport": viewport}, "cache": {}}


def _detect(file: SourceFile) -> bool:
    if file.suffix in {".cforge", ".txt"}:
        return True
    return file.suffix == ".json" and isinstance(file.mapping().get("flow"), dict)


CHAINFORGE = PromptFormat(
    info=FormatInfo(
        id="chainforge",
        title=_TITLE,
        suffixes=(".cforge", ".txt"),
        description="Flows with {var} prompts; as .txt, one such prompt.",
    ),
    detect=_detect,
    read=_read,
    write=_write,
)
