"""Our exports and imports compared with the answers of the formats' own programs.

Their answers were recorded with ``make compat COMPAT=--record`` (see ``tests/compat``); their
versions are in the file.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.prompts.formats import crafting
from workbench.prompts.document import parse_document
from workbench.prompts.formats.format import SourceFile
from workbench.prompts.formats.registry import read_source_file
from workbench.prompts.render import render

RECORDED = json.loads((Path(__file__).parent / "originals.json").read_text("utf-8"))
ENDINGS = {"langchain": "json", "promptfoo": "yaml", "dotprompt": "prompt",
           "chainforge": "cforge", "prompty": "prompty", "openai": "json"}  # fmt: skip


def cases(kind: str, *verdicts: str) -> list:
    return [
        pytest.param(wanted, case, id=f"{wanted}-{name}")
        for wanted, found in RECORDED.items()
        for name, case in found["cases"].items()
        if name.startswith(f"{kind}/") and (not verdicts or case["verdict"] in verdicts)
    ]


def plain(messages) -> list[list[str]]:
    return [[role, text.strip()] for role, text in messages if text.strip()]


async def rendered(pool, text: str, values: dict) -> list[list[str]]:
    found = await render(pool, text, "made.prompty", values)
    return plain((each.role, each.text) for each in found)


def answers(case: dict) -> list[list[list[str]]]:
    return [plain(row["messages"]) for row in case.get("rows", [case])]


@pytest.mark.parametrize(("wanted", "case"), cases("out"))
async def test_what_is_written_is_what_the_original_was_asked_about(pool, wanted, case):
    messages = ()
    if wanted == "openai":
        sample = parse_document(case["prompt"], "made.prompty").sample
        messages = await render(pool, case["prompt"], "made.prompty", dict(sample))
    assert crafting.exported(case["prompt"], wanted, messages).decode() == case["content"]


@pytest.mark.parametrize(("wanted", "case"), cases("out", "same"))
async def test_the_original_renders_what_we_render(pool, wanted, case):
    sample = parse_document(case["prompt"], "made.prompty").sample
    assert answers(case)[0] == await rendered(pool, case["prompt"], dict(sample))


@pytest.mark.parametrize(("wanted", "case"), cases("in", "read the same"))
async def test_files_of_the_original_are_read_as_it_reads_them(pool, wanted, case):
    file = SourceFile(f"made.{ENDINGS[wanted]}", case["content"].encode())
    prompt = read_source_file(file, wanted).prompts[0]
    sample = parse_document(prompt.text, "made.prompty").sample
    given = {**sample, **case["values"]}
    if "history" in case:
        given["history"] = case["history"]
    shown = [await rendered(pool, prompt.text, given | row) for row in prompt.rows or ({},)]
    assert sorted(shown) == sorted(answers(case))


def test_nothing_is_lost_in_silence():
    verdicts = {case["verdict"] for found in RECORDED.values() for case in found["cases"].values()}
    assert not [each for each in verdicts if "WRONG" in each]
    assert sum(len(found["cases"]) for found in RECORDED.values()) > 200
