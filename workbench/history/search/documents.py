"""What of each table is found: the texts of a row, with the tags that filters ask for.

Tags are words of a column of the index, so that a filter costs no more than a word:

- ``krun``, ``kchat``, ``kversion``, ``kvariable``, ``kcase``: what it is
- ``ktext``, ``kthought``, ``ktitle``, ``ksystem``, ``kfile``: which part of it
- ``chat7``: of that conversation; ``rolexuser`` and the like
- ``right`` and ``wrong``; ``doubt1`` to ``doubt9`` (tenths)
- ``score0`` to ``score10``: the tenth that a score has reached, of each evaluation with the run
- ``m...``, ``s...``, ``t...``, ``f...``: digests of a model, a strategy, a tag, a folder
- ``twice``: the same text is found as something else (a run as the message that it answers)

What is deleted or hidden is not in the index.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from workbench.domain.attachments import attached_files, file_title
from workbench.domain.searching import score_step
from workbench.history import codec
from workbench.history.search.words import tag_token
from workbench.history.stored_types import as_number, as_text, as_time

# Statements are put together from the names of our own tables, and marks for values.
# ruff: noqa: S608

TEXT, THOUGHT, SYSTEM, VARIABLES, FILES = 0, 1, 2, 3, 4
"""Numbers of the parts of a run or a message; a row of an evaluation has its own from 0."""
_DOUBT_STEPS = 10


class Document(msgspec.Struct, frozen=True):
    """A row of the index. ``at`` is Unix seconds; ``part`` counts the texts of one item."""

    item_id: int
    part: int
    at: float
    body: str
    title: str
    tags: tuple[str, ...]


class _Finished(msgspec.Struct):
    """What of the end of a call is searched."""

    reasoning: str = ""


class _Prompt(msgspec.Struct, frozen=True):
    variables: dict[str, Any] = {}


class _Spec(msgspec.Struct):
    prompt: _Prompt = _Prompt()


class _Row(msgspec.Struct, frozen=True):
    values: dict[str, Any] = {}


class _Definition(msgspec.Struct):
    rows: tuple[_Row, ...] = ()


_finished = msgspec.msgpack.Decoder(_Finished)
_spec = msgspec.json.Decoder(_Spec)
_definition = msgspec.json.Decoder(_Definition)


def _messages(raw: Any, ids: Sequence[int]) -> list[Document]:
    rows = raw.execute(
        f"""SELECT m.id, m.created_at, m.role, m.text, m.reasoning, m.system, m.run_id, m.author,
                   m.attachments, c.id, c.folder, r.model, r.strategy, r.is_right
            FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
            LEFT JOIN run AS r ON r.id = m.run_id
            WHERE m.id IN ({_marks(ids)}) AND m.deleted_at IS NULL AND m.hidden = 0
              AND c.deleted_at IS NULL""",
        ids,
    ).fetchall()
    tags = _tags(raw, "conversation", {row[9] for row in rows})
    run_ids = {row[6] for row in rows if row[6] is not None and row[2] == "assistant"}
    doubts, thought_of = _doubts(raw, run_ids), thoughts(raw, run_ids)
    scores = scores_of(raw, run_ids)
    found = []
    for row in rows:
        item_id, at, role, text, reasoning, system, run_id, author, attachments, *rest = row
        chat, folder, model, strategy, is_right = rest
        common = (
            "kchat",
            f"chat{chat}",
            f"role{'x' + role if isinstance(role, str) else ''}",
            *_named("m", as_text(model) or as_text(author)),
            *_named("s", as_text(strategy)),
            *_folders(as_text(folder)),
            *tags[chat],
            *_judged(is_right),
            *doubts[run_id],
            *_scored(scores[run_id]),
        )
        texts = (
            (TEXT, "ktext", as_text(text)),
            (THOUGHT, "kthought", as_text(reasoning) or thought_of[run_id]),
            (SYSTEM, "ksystem", as_text(system)),
            (FILES, "kfile", files_text(attachments)),
        )
        found += [
            Document(item_id, part, as_time(at) or 0.0, body, "", (kind, *common))
            for part, kind, body in texts
            if body
        ]
    return found


def _titles(raw: Any, ids: Sequence[int]) -> list[Document]:
    rows = raw.execute(
        f"""SELECT id, created_at, title, folder FROM conversation
            WHERE id IN ({_marks(ids)}) AND deleted_at IS NULL""",
        ids,
    ).fetchall()
    tags = _tags(raw, "conversation", {row[0] for row in rows})
    return [
        Document(
            item_id,
            TEXT,
            as_time(at) or 0.0,
            "",
            as_text(title) or "",
            ("kchat", "ktitle", f"chat{item_id}", *_folders(as_text(folder)), *tags[item_id]),
        )
        for item_id, at, title, folder in rows
    ]


def _runs(raw: Any, ids: Sequence[int]) -> list[Document]:
    rows = raw.execute(
        f"""SELECT r.id, r.started_at, t.title, t.prompt, t.output, r.spec, r.model, r.strategy,
                   r.is_right, EXISTS (SELECT 1 FROM message WHERE run_id = r.id)
            FROM run AS r JOIN run_text AS t ON t.run_id = r.id
            WHERE r.id IN ({_marks(ids)}) AND r.deleted_at IS NULL""",
        ids,
    ).fetchall()
    known = {row[0] for row in rows}
    tags, doubts = _tags(raw, "run", known), _doubts(raw, known)
    thought_of, scores = thoughts(raw, known), scores_of(raw, known)
    found = []
    for item_id, at, title, prompt, output, spec, model, strategy, is_right, in_chat in rows:
        started = as_time(at) or 0.0
        common = (
            *_named("m", as_text(model)),
            *_named("s", as_text(strategy)),
            *tags[item_id],
            *_judged(is_right),
            *doubts[item_id],
            *_scored(scores[item_id]),
            *(("twice",) if in_chat else ()),
        )
        name, asked = as_text(title) or "", as_text(prompt) or ""
        body = f"{asked}\n\n{as_text(output) or ''}"
        found.append(Document(item_id, TEXT, started, body, name, ("krun", "ktext", *common)))
        if thought_of[item_id]:
            kinds = ("krun", "kthought", *common)
            found.append(Document(item_id, THOUGHT, started, thought_of[item_id], "", kinds))
        values = variables_of(spec)
        if values:
            texts = [value_text(value) for value in values.values()]
            shown = all(text.strip() in asked for text in texts)
            kinds = ("kvariable", *common, *(("twice",) if shown and not in_chat else ()))
            body = "\n".join(f"{key}: {text}" for key, text in zip(values, texts, strict=True))
            found.append(Document(item_id, VARIABLES, started, body, "", kinds))
    return found


def _versions(raw: Any, ids: Sequence[int]) -> list[Document]:
    rows = raw.execute(
        f"""SELECT v.id, v.created_at, v.name, v.note, t.text,
                   (SELECT path FROM prompt_place WHERE prompt_id = v.prompt_id
                    ORDER BY id DESC LIMIT 1)
            FROM template_version AS v JOIN template_text AS t ON t.id = v.text_id
            WHERE v.id IN ({_marks(ids)})""",
        ids,
    ).fetchall()
    found = []
    for item_id, at, name, note, text, path in rows:
        titles = (prompt_name(as_text(path) or ""), as_text(name) or "", as_text(note) or "")
        title, body = " ".join(titles), as_text(text) or ""
        tags = ("kversion", "ktext")
        found.append(Document(item_id, TEXT, as_time(at) or 0.0, body, title, tags))
    return found


def _evaluations(raw: Any, ids: Sequence[int]) -> list[Document]:
    rows = raw.execute(
        f"SELECT id, created_at, name, definition FROM evaluation WHERE id IN ({_marks(ids)})", ids
    ).fetchall()
    found = []
    for item_id, at, name, definition in rows:
        title = as_text(name) or ""
        for number, values in enumerate(rows_of(definition)):
            body = values_text(values)
            tags = ("kcase", "ktext")
            found.append(Document(item_id, number, as_time(at) or 0.0, body, title, tags))
    return found


def variables_of(spec: Any) -> dict[str, Any]:
    """The values of a run's inputs, from its spec as JSON; none where that is damaged."""
    try:
        return _spec.decode(as_text(spec) or "").prompt.variables
    except codec.UNREADABLE:
        return {}


def rows_of(definition: Any) -> list[dict[str, Any]]:
    """The rows that are written in an evaluation's set, from its JSON."""
    try:
        return [row.values for row in _definition.decode(as_text(definition) or "").rows]
    except codec.UNREADABLE:
        return []


def values_text(values: dict[str, Any]) -> str:
    """Named values as one text, a line each."""
    return "\n".join(f"{key}: {value_text(value)}" for key, value in values.items())


def value_text(value: Any) -> str:
    """A value of an input as the text that is searched."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def files_text(attachments: Any) -> str:
    """Names and texts of the files of a message, from its attachments as JSON."""
    stored = as_text(attachments) or ""
    if len(stored) <= len("[]"):
        return ""
    found = attached_files(each for each in codec.from_json(stored, []) if isinstance(each, dict))
    return "\n\n".join(f"{file_title(each)}\n{each.text}" for each in found)


def prompt_name(path: str) -> str:
    """The last folder and the name of a prompt's file, as lists show it."""
    parts = path.replace("\\", "/").removesuffix(".prompty").split("/")
    return "/".join(parts[-2:])


def thoughts(raw: Any, run_ids: Iterable[int]) -> defaultdict[int | None, str]:
    """What was thought in runs; the ends of their calls have it."""
    found: defaultdict[int | None, str] = defaultdict(str)
    for run_id in sorted(run_ids):
        rows = raw.execute(
            "SELECT payload FROM event WHERE run_id = ? AND type = 'call_finished' ORDER BY seq",
            (run_id,),
        )
        texts = []
        for (payload,) in rows:
            try:
                texts.append(_finished.decode(payload).reasoning)
            except codec.UNREADABLE:
                continue
        found[run_id] = "\n\n".join(dict.fromkeys(text for text in texts if text))
    return found


def _doubts(raw: Any, run_ids: Iterable[int]) -> defaultdict[int | None, tuple[str, ...]]:
    """How unsure the least sure sample of each run was, as the steps that it reaches."""
    ids = sorted(run_ids)
    found: defaultdict[int | None, tuple[str, ...]] = defaultdict(tuple)
    rows = raw.execute(
        f"SELECT run_id, max(doubt) FROM token_data WHERE run_id IN ({_marks(ids)}) GROUP BY 1", ids
    )
    for run_id, doubt in rows:
        # Stored as surprise in nats: 0 is certain, and exp(-doubt) the probability of the token.
        share = 1 - math.exp(-max(as_number(doubt) or 0.0, 0.0))
        reached = min(int(share * _DOUBT_STEPS), _DOUBT_STEPS - 1)
        found[run_id] = tuple(f"doubt{step}" for step in range(1, reached + 1))
    return found


def scores_of(raw: Any, run_ids: Iterable[int]) -> defaultdict[int | None, tuple[float, ...]]:
    """How each run was scored, in all evaluations that it is in; lowest first, each score once."""
    ids = sorted(run_ids)
    found: defaultdict[int | None, tuple[float, ...]] = defaultdict(tuple)
    rows = raw.execute(
        f"SELECT DISTINCT run_id, score FROM evaluation_cell WHERE run_id IN ({_marks(ids)}) "
        "AND typeof(score) IN ('integer', 'real') ORDER BY score",
        ids,
    )
    for run_id, score in rows:
        found[run_id] += (score,)
    return found


def _scored(scores: Iterable[float]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"score{score_step(score)}" for score in scores))


def _tags(raw: Any, kind: str, ids: Iterable[int]) -> defaultdict[int, tuple[str, ...]]:
    wanted = sorted(ids)
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    rows = raw.execute(
        f"SELECT item_id, name FROM tag WHERE kind = ? AND item_id IN ({_marks(wanted)})",
        (kind, *wanted),
    )
    for item_id, name in rows:
        found[item_id] += (tag_token("t", as_text(name) or ""),)
    return found


def _named(letter: str, name: str | None) -> tuple[str, ...]:
    return (tag_token(letter, name),) if name else ()


def _folders(folder: str | None) -> tuple[str, ...]:
    """A token for a folder and for each one that it is in."""
    parts = (folder or "").split("/") if folder else []
    return tuple(tag_token("f", "/".join(parts[:count])) for count in range(1, len(parts) + 1))


def _judged(is_right: Any) -> tuple[str, ...]:
    return () if is_right is None else ("right" if is_right else "wrong",)


def _marks(ids: Sequence[int]) -> str:
    return ", ".join("?" for _ in ids)


SOURCES: dict[str, Callable[[Any, Sequence[int]], list[Document]]] = {
    "conversation": _titles,
    "version": _versions,
    "evaluation": _evaluations,
    "run": _runs,
    "message": _messages,
}
"""How the rows of a table become documents; the index is built in this order."""
TABLES = {
    "conversation": "conversation",
    "version": "template_version",
    "evaluation": "evaluation",
    "message": "message",
    "run": "run",
}
"""The table of each source."""
