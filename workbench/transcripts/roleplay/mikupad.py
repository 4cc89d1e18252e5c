"""mikupad's documents: one text in pieces, those of the model with what else could have come.

Every value is JSON within a text. It is cut at the marks of its template, where there are any.
Server addresses and keys are not read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from workbench.domain.runs.spec import Json
from workbench.domain.runs.tokens import (
    LEAST_LOGPROB,
    NO_TOKEN,
    Alternative,
    SampleTokens,
    doubt_of,
)
from workbench.domain.transcripts import Found, Skipped
from workbench.transcripts.reader import Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import clean, dict_of, digest, list_of, text_of

_SETTINGS = (
    "temperature", "topK", "topP", "minP", "typicalP", "repeatPenalty", "maxPredictTokens",
)  # fmt: skip
_USER = re.compile(
    r"\s*(\[INST\]|<\|im_start\|>user\n|<\|start_header_id\|>user<\|end_header_id\|>\n*|"
    r"<start_of_turn>user\n|### Instruction:\n?)\s*"
)
_ASSISTANT = re.compile(
    r"\s*(\[/INST\]|<\|im_end\|>\n<\|im_start\|>assistant\n|"
    r"<\|eot_id\|><\|start_header_id\|>assistant<\|end_header_id\|>\n*|"
    r"<end_of_turn>\n<start_of_turn>model\n|### Response:\n?)"
)
_END = re.compile(r"(</s>|<\|im_end\|>|<\|eot_id\|>|<end_of_turn>)\s*$")


def _score(sample: Sample) -> float:
    first = sample.first
    if "prompt" not in first or not all(isinstance(each, str) for each in first.values()):
        return 0.0
    return 1.0 if isinstance(_inner(first["prompt"]), list) else 0.0


def _inner(value: Any) -> Any:
    try:
        return json.loads(text_of(value))
    except (ValueError, RecursionError):
        return None


def document(value: Any) -> dict[str, Any]:
    """What a document holds: name, text, pieces, probabilities, settings."""
    record = dict_of(value)
    pieces = [dict_of(each) for each in list_of(_inner(record.get("prompt")))]
    generated = [each for each in pieces if each.get("type") != "user"]
    settings = {name: _inner(record[name]) for name in _SETTINGS if name in record}
    return {
        "name": text_of(_inner(record.get("name"))),
        "text": "".join(text_of(each.get("content")) for each in pieces),
        "chunks": len(pieces),
        "generated_tokens": len(generated),
        "tokens_with_alternatives": sum(bool(_alternatives(each)) for each in generated),
        "chosen_probabilities": [_probability(each) for each in generated],
        "settings": {n: each for n, each in settings.items() if isinstance(each, int | float)},
        "pieces": pieces,
    }


def _alternatives(piece: dict[str, Any]) -> list[Any]:
    found = dict_of(next(iter(list_of(piece.get("completion_probabilities"))), None))
    return list_of(found.get("probs"))


def _probability(piece: dict[str, Any]) -> float | None:
    """Of a piece, None where it is not known."""
    found = piece.get("prob")
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if is_number and 0 <= found <= 1 else None  # type: ignore[operator, arg-type]


def _read(given: Input) -> Iterator[Found]:
    found = document(given.value)
    memory = dict_of(_inner(dict_of(given.value).get("memoryTokens")))
    note = dict_of(_inner(dict_of(given.value).get("authorNoteTokens")))
    builder = TreeBuilder()
    for role, words, start in _turns(found["text"]):
        node = Node(key="", parent=None, role=role, text=words)
        if role == "assistant":
            node.tokens = _tokens(found["pieces"], words, start)
        builder.append(node)
    if not builder.nodes:
        yield Skipped(reason="there is no text in it", title=found["name"], source="mikupad")
        return
    settings: dict[str, Json] = found["settings"]
    yield builder.build(
        "mikupad",
        digest(found["name"], found["text"][:2000]),
        found["name"] or given.stem,
        leaf=builder.last,
        system=clean(text_of(memory.get("text"))),
        note=clean(text_of(note.get("text"))),
        settings=settings,
    )


def _tokens(pieces: list[dict[str, Any]], words: str, start: int) -> SampleTokens | None:
    """The tokens of a part of the document, None where nothing is known of them.

    What the user wrote within it, and what is of unknown probability, is a gap.
    """
    ids: list[int] = []
    sizes: list[int] = []
    logprobs: list[float] = []
    others: list[tuple[Alternative, ...]] = []
    offset, at, end = 0, 0, start + len(words)
    for piece in pieces:
        text = text_of(piece.get("content"))
        begin, at = at, at + len(text)
        if at <= start or begin >= end:
            continue
        if not ids:
            before = text[: start - begin] if begin < start else ""
            offset = -_size(before)
        known = _probability(piece) if piece.get("type") != "user" else None
        ids.append(NO_TOKEN if known is None else -1)
        sizes.append(_size(text))
        logprobs.append(_logprob(known or 0.0))
        others.append(_others(piece))
    inside = [found for number, found in zip(ids, logprobs, strict=True) if number != NO_TOKEN]
    if not inside:
        return None
    return SampleTokens(
        offset=offset,
        ids=tuple(ids),
        sizes=tuple(sizes),
        logprobs=tuple(logprobs),
        alternatives=tuple(others) if any(others) else (),
        doubt=doubt_of(inside),
    )


def _others(piece: dict[str, Any]) -> tuple[Alternative, ...]:
    found = [
        Alternative(-1, text_of(each.get("tok_str")), _logprob(known))
        for each in map(dict_of, _alternatives(piece))
        if (known := _probability(each)) is not None
    ]
    return tuple(sorted(found, key=lambda each: -each.logprob))


def _logprob(probability: float) -> float:
    return max(math.log(probability), LEAST_LOGPROB) if probability > 0 else LEAST_LOGPROB


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _turns(text: str) -> Iterator[tuple[str, str, int]]:
    """Role and words of each turn, and where in the document they begin."""
    starts = list(_USER.finditer(text))
    if not starts:
        if text.strip():
            yield "assistant", text, 0
        return
    before = text[: starts[0].start()]
    if before.strip():
        yield "assistant", before, 0
    for place, start in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(text)
        turn = text[start.end() : end]
        found = _ASSISTANT.search(turn)
        asked = turn if found is None else turn[: found.start()]
        if asked.strip():
            yield "user", asked.strip(), start.end() + _blanks(asked)
        answered = "" if found is None else _END.sub("", turn[found.end() :])
        if found is not None and answered.strip():
            yield "assistant", answered.strip(), start.end() + found.end() + _blanks(answered)


def _blanks(text: str) -> int:
    return len(text) - len(text.lstrip())


MIKUPAD = Reader("mikupad", "mikupad", _score, _read)
