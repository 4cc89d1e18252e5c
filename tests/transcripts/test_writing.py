"""Exports: what is read back is what was written, and code is never changed."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transcripts.reading import FIXTURES, read_file
from workbench.domain.transcripts import ExportOptions, Part, Transcript, TranscriptMessage
from workbench.transcripts.writing.formats import WRITERS, find_writer

ALL = ExportOptions(all_branches=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
NAMES = TEXTS.filter(bool)
TIMES = st.none() | st.floats(1, 4e9)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    messages: list[TranscriptMessage] = []
    for number in range(draw(st.integers(1, 12))):
        known = [each.key for each in messages]
        earlier = st.none() | st.sampled_from(known) if known else st.none()
        part = st.builds(
            Part, kind=st.sampled_from(["image", "file", "source", "tool_call"]), name=TEXTS,
            text=TEXTS, url=TEXTS, arguments=TEXTS, size=st.integers(0, 2**40),
        )  # fmt: skip
        messages.append(
            TranscriptMessage(
                key=f"{number}{draw(TEXTS)}",
                parent=draw(earlier),
                role=draw(st.sampled_from(["system", "user", "assistant", "tool"])),
                text=draw(TEXTS),
                reasoning=draw(TEXTS),
                kind=draw(st.sampled_from(["", "summary", "tool_call", "tool_result"])),
                hidden=draw(st.booleans()),
                author=draw(TEXTS),
                created_at=draw(TIMES),
                parts=tuple(draw(st.lists(part, max_size=2))),
                system=draw(st.none() | TEXTS),
                label=draw(TEXTS),
                pinned=draw(st.booleans()),
                edited_from=draw(earlier),
                copied_from=draw(earlier),
                raw=draw(st.sampled_from(["", '{"a":1}'])),
            )
        )
    return Transcript(
        source=draw(st.sampled_from(["prompt-workbench", "chatgpt"])),
        source_id=draw(NAMES),
        title=draw(NAMES),
        created_at=draw(TIMES),
        updated_at=draw(TIMES),
        messages=tuple(messages),
        leaf=draw(st.sampled_from([each.key for each in messages])),
        folder=draw(TEXTS),
        pinned=draw(st.booleans()),
        tags=tuple(draw(st.lists(NAMES, max_size=3))),
        options=draw(st.dictionaries(NAMES, TEXTS | st.integers(0, 9), max_size=2)),
        draft=draw(TEXTS),
    )


def written(name: str, found: list[Transcript], options: ExportOptions = ALL) -> str:
    writer = find_writer(name)
    texts = [writer.write(each, options) for each in found]
    return writer.before + writer.between.join(texts) + writer.after


def read_back(text: str, name: str = "export.json") -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode())
        return read_file(path)[1]


@given(st.lists(transcripts(), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_our_json_is_read_back_as_it_was(found: list[Transcript]) -> None:
    assert read_back(written("json", found)) == found


@pytest.mark.parametrize(
    "name",
    ["chatgpt/conversations.json", "claude/conversations.json", "openwebui/chats.json",
     "weird/unicode_bom.json", "weird/chatgpt_deep_chain.json"],
)  # fmt: skip
def test_what_came_from_elsewhere_goes_through_our_json_unchanged(name: str) -> None:
    found = [each for each in read_file(FIXTURES / name)[1] if isinstance(each, Transcript)]
    assert read_back(written("json", found)) == found


@pytest.mark.parametrize(
    ("format_name", "name"),
    [("jsonl", "openai/messages.jsonl"), ("sharegpt", "sharegpt/sharegpt.json")],
)
def test_a_form_that_others_read_is_written_as_it_was_read(format_name: str, name: str) -> None:
    found = read_file(FIXTURES / name)[1]
    again = read_back(written(format_name, found))
    assert [
        [(m.role, m.text, m.kind, [p.kind for p in m.parts]) for m in each.path()] for each in again
    ] == [
        [(m.role, m.text, m.kind, [p.kind for p in m.parts]) for m in each.path()] for each in found
    ]  # fmt: skip


CODE = (
    "Look:\n\n```cpp\n#include <iostream>\n# not a heading\n---\nint $x$ = 1 && 2;\n```\n\n"
    "````md\n```py\nprint('fence in fence')\n```\n````\n\n# A heading\n---\n~~~\nopen"
)


def branched() -> Transcript:
    messages = [TranscriptMessage(key="u", role="user", text="Show code.", created_at=1.7e9)]
    messages += [
        TranscriptMessage(key=f"a{place}", parent="u", role="assistant", text=text, reasoning="Hm.")
        for place, text in enumerate((CODE, "Second <b>answer</b>.", "=SUM(A1)"))
    ]
    messages.append(TranscriptMessage(key="n", parent="a0", role="user", text="Thanks."))
    return Transcript(source="prompt-workbench", source_id="1", title="Code & <more>",
                      messages=tuple(messages), leaf="n")  # fmt: skip


def test_code_is_in_markdown_as_it_was() -> None:
    text = find_writer("markdown").write(branched(), ALL)
    assert CODE.partition("# A heading")[0] in text
    assert "\n### A heading\n\\---\n~~~\nopen\n~~~\n" in text  # an open fence ends with its message
    assert "## Branch 2, continues from #1" in text
    assert text.count("Second <b>answer</b>.") == text.count("=SUM(A1)") == 1
    assert text.startswith('---\ntitle: "Code & <more>"\n')
    plain = find_writer("markdown").write(branched(), ExportOptions(reasoning=False))
    assert "Hm." not in plain
    assert "Branch" not in plain


def test_a_page_runs_nothing_and_shows_code_once_escaped() -> None:
    page = find_writer("html").write(branched(), ALL)
    assert "#include &lt;iostream&gt;" in page
    assert "&amp;lt;" not in page
    assert "<b>answer" not in page
    assert "<script" not in page
    assert "default-src 'none'" in page
    found = read_file(FIXTURES / "weird/unicode_bom.json")[1][0]
    assert "<script" not in find_writer("html").write(found, ALL)
    assert "<img src=x" not in find_writer("html").write(found, ALL)


def test_no_cell_of_a_table_is_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(written("csv", [branched()]), newline="")))
    assert len(rows) == 6
    assert rows[4][7] == "'=SUM(A1)"
    assert rows[2][7] == CODE


def test_the_sides_of_sharegpt_take_turns() -> None:
    found = read_file(FIXTURES / "weird/unicode_bom.json")[1][0]
    (record,) = json.loads(written("sharegpt", [found], ExportOptions()))
    sides = [each["from"] for each in record["conversations"]]
    assert sides == ["human", "gpt"] * (len(sides) // 2)


@pytest.mark.parametrize("name", [each.info.id for each in WRITERS])
def test_every_format_writes_every_fixture(name: str) -> None:
    for path in FIXTURES.rglob("*.json*"):
        if path.name in {"expected.json", "thread.json", "projects.json"}:
            continue
        found = [each for each in read_file(path)[1] if isinstance(each, Transcript)]
        if found:
            assert written(name, found).encode()
