"""Rows as benchmarks write them, with the columns that prompts and checks here take.

A shape adds columns ("expected" always) and takes none away, but for a nested input, which becomes
its text, and HELM's split, which becomes a tag: here a split says what is held out. A row that does
not have the shape of the first one stays as it is.

Sources: openai/evals docs/build-eval.md, openai/grade-school-math, suzgunmirac/BIG-Bench-Hard,
hendrycks/test and its form on the hub, stanford-crfm/helm scenarios/scenario.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from workbench.domain.runs.spec import Json

LETTERS = "ABCDEFGHIJ"
EXPECTED = "expected"
_GSM8K = re.compile(r"####\s*([^\n]+?)\s*\Z")
_CALCULATED = re.compile(r"<<[^<>\n]*>>")
"""GSM8K notes what a calculator gave: 48/2=<<48/2=24>>24."""
MMLU_COLUMNS = ("question", "A", "B", "C", "D", "answer")

Row = dict[str, Json]


def shape_of(rows: Iterable[Json]) -> str:
    """The name of the shape of the first row, "" where it has none that is known."""
    first = next(iter(rows), None)
    if isinstance(first, dict):
        for name, (fits, _) in _SHAPES.items():
            if fits(first):
                return name
    return ""


def in_shape(row: Json, shape: str) -> Json:
    """A row with the columns of its shape; as it is where it does not have it."""
    if not shape or not isinstance(row, dict):
        return row
    fits, made = _SHAPES[shape]
    return made(row) if fits(row) else row


def is_mmlu_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether cells are MMLU's own CSV: no heading; question, four choices, the right letter."""
    return bool(rows) and all(
        len(cells) == len(MMLU_COLUMNS) and cells[-1].strip() in set("ABCD") for cells in rows
    )


# --- openai/evals ---------------------------------------------------------------------------


def _is_messages(value: Json) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, dict) and "role" in each and "content" in each for each in value)
    )


def _is_openai(row: Mapping[str, Any]) -> bool:
    ideal = row.get("ideal")
    right = isinstance(ideal, str) or (
        isinstance(ideal, list) and all(isinstance(each, str) for each in ideal)
    )
    given = row.get("input")
    return right and EXPECTED not in row and (isinstance(given, str) or _is_messages(given))


def _openai(row: Row) -> Row:
    """The last message of the user is the input; the whole chat is "messages"."""
    given = row["input"]
    if isinstance(given, str):
        return {**row, EXPECTED: row["ideal"]}
    users = [each["content"] for each in given if each["role"] == "user"]
    system = [str(each["content"]) for each in given if each["role"] == "system"]
    last = users[-1] if users else given[-1]["content"]
    found: Row = {**row, "input": last, "messages": given, EXPECTED: row["ideal"]}
    return {**found, "system": "\n\n".join(system)} if system else found


# --- GSM8K ----------------------------------------------------------------------------------


def _is_gsm8k(row: Mapping[str, Any]) -> bool:
    question, answer = row.get("question"), row.get("answer")
    return (
        isinstance(question, str)
        and isinstance(answer, str)
        and EXPECTED not in row
        and _GSM8K.search(answer) is not None
    )


def _gsm8k(row: Row) -> Row:
    """The number after "####", without its commas; the steps without the calculator's notes."""
    answer: str = row["answer"]
    match = _GSM8K.search(answer)
    assert match is not None
    steps = _CALCULATED.sub("", answer[: match.start()]).strip()
    return {**row, EXPECTED: match[1].replace(",", ""), "solution": steps}


# --- BIG-Bench Hard -------------------------------------------------------------------------


def _is_bbh(row: Mapping[str, Any]) -> bool:
    return set(row) == {"input", "target"} and all(isinstance(v, str) for v in row.values())


def _bbh(row: Row) -> Row:
    return {**row, EXPECTED: row["target"]}


# --- MMLU -----------------------------------------------------------------------------------


def _is_mmlu(row: Mapping[str, Any]) -> bool:
    choices, answer = row.get("choices"), row.get("answer")
    return (
        isinstance(row.get("question"), str)
        and EXPECTED not in row
        and isinstance(choices, list)
        and 2 <= len(choices) <= len(LETTERS)
        and isinstance(answer, int)
        and not isinstance(answer, bool)
        and 0 <= answer < len(choices)
    )


def _mmlu(row: Row) -> Row:
    """The right letter, the choices as lines of a prompt, and the subject as a tag."""
    found: Row = {
        **row,
        "options": options_text(row["choices"]),
        EXPECTED: LETTERS[row["answer"]],
    }
    return _tagged(found, row.get("subject"))


def options_text(choices: Sequence[Json]) -> str:
    """Choices as lines: "A. Paris"."""
    pairs = zip(LETTERS, choices, strict=False)
    return "\n".join(f"{letter}. {choice}" for letter, choice in pairs)


# --- HELM -----------------------------------------------------------------------------------


def _is_helm(row: Mapping[str, Any]) -> bool:
    row = _instance(row)
    given, references = row.get("input"), row.get("references")
    return (
        EXPECTED not in row
        and isinstance(given, dict)
        and isinstance(given.get("text"), str)
        and isinstance(references, list)
        and all(isinstance(each, dict) and "output" in each for each in references)
    )


def _instance(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The instance inside of a request of a HELM run, else the row itself."""
    inner = row.get("instance")
    return inner if isinstance(inner, dict) else row


def _helm(row: Row) -> Row:
    """The text of the input, the texts of all correct references, and the split as a tag."""
    row = dict(_instance(row))
    texts = [(_text(each["output"]), _listed(each.get("tags"))) for each in row["references"]]
    right = [text for text, tags in texts if "correct" in tags]
    split = row.pop("split", None)
    found: Row = {**row, "input": row["input"]["text"], EXPECTED: right or None}
    if len(texts) > len(right):
        choices = [text for text, _ in texts]
        found |= {"choices": choices, "options": options_text(choices)}
    return _tagged(found, split)


def _text(output: Json) -> str:
    return str(output.get("text", "")) if isinstance(output, dict) else str(output)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _tagged(row: Row, tag: Json) -> Row:
    return {**row, "tags": tag} if isinstance(tag, str) and tag and "tags" not in row else row


_SHAPES: dict[str, tuple[Callable[[Mapping[str, Any]], bool], Callable[[Row], Row]]] = {
    "openai/evals": (_is_openai, _openai),
    "GSM8K": (_is_gsm8k, _gsm8k),
    "BBH": (_is_bbh, _bbh),
    "MMLU": (_is_mmlu, _mmlu),
    "HELM": (_is_helm, _helm),
}
"""Whether a row has a shape, and the row made of it; the first that fits counts."""
