"""What the fixtures' ``expected.json`` says a correct reader gets, file by file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.transcripts.reading import FIXTURES, read_file
from workbench.domain.transcripts import Card, Skipped, Transcript
from workbench.transcripts import archives
from workbench.transcripts.roleplay import mikupad

EXPECTED: dict[str, Any] = json.loads((FIXTURES / "expected.json").read_text("utf-8"))
PLAIN = sorted(
    name
    for name in EXPECTED
    if not name.endswith((".zip", "/", ")")) and not name.startswith(("cards/", "mikupad/"))
)
LONG, MANY = 90, 20


def described(found: Transcript) -> dict[str, Any]:
    shown = [each for each in found.path() if not (each.hidden or each.kind)]
    return {
        "title": found.title,
        "nodes": len(found.messages),
        "hidden": sum(each.hidden for each in found.messages),
        "folded": sum(each.is_folded for each in found.messages),
        "roots": sum(each.parent is None for each in found.messages),
        "leaves": found.leaves,
        "attachments": sum(len(each.attachments) for each in found.messages),
        "tool_calls": sum(p.kind == "tool_call" for each in found.messages for p in each.parts),
        "reasoning": sum(bool(each.reasoning) for each in found.messages),
        "active_path_length": len(shown),
        "active_path": abridged([[each.role, each.text] for each in shown]),
    }


def abridged(path: list[list[str]]) -> list[list[str]]:
    if len(path) > MANY:
        path = [*path[:2], path[-1]]
    return [
        [role, text if len(text) <= LONG else f"{text[:20]}...({len(text)} chars)"]
        for role, text in path
    ]


def check(found: list[Any], expected: dict[str, Any]) -> None:
    conversations = [each for each in found if isinstance(each, Transcript)]
    skipped = [each for each in found if isinstance(each, Skipped)]
    assert all(each.reason for each in skipped)
    assert len(skipped) == expected["skipped"]
    assert len(conversations) == len(expected["conversations"])
    for each, wanted in zip(conversations, expected["conversations"], strict=True):
        read = described(each)
        assert read == {name: wanted[name] for name in read}
        assert set(wanted["warnings"]) <= set(each.warnings), each.title
        assert shown_time(each.created_at, wanted["created"]) == wanted["created"]
        assert each.source == expected["format"]
        for name, field in (("system_prompt", "system"), ("draft", "draft"), ("memory", "system"),
                            ("authors_note", "note"), ("world_info", "lore")):  # fmt: skip
            if name in wanted:
                assert getattr(each, field) == wanted[name]
        if "sources" in wanted:
            parts = [p for message in each.messages for p in message.parts]
            assert sum(p.kind == "source" for p in parts) == wanted["sources"]


def shown_time(time: float | None, wanted: str | None) -> str | None:
    if time is None:
        return None
    if (wanted or "").endswith("local"):
        return datetime.fromtimestamp(time).strftime("%Y-%m-%dT%H:%M:%S local")  # noqa: DTZ006
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("name", PLAIN)
def test_a_file_gives_what_is_expected(name: str) -> None:
    expected = EXPECTED[name]
    known, found = read_file(FIXTURES / name)
    if "error" in expected and "format" not in expected:
        (skipped,) = found
        wanted = expected["error"].split(",")[0]
        assert skipped.reason.startswith(wanted)
        return
    if "error" in expected:
        (skipped,) = found
        assert skipped.reason.startswith(expected["error"])
        return
    assert known.format == expected["format"]
    check(found, expected)


@pytest.mark.parametrize("name", [each for each in EXPECTED if each.startswith("jan/")])
def test_a_folder_of_jan_is_one_conversation(name: str) -> None:
    _, found = read_file(FIXTURES / name / "messages.jsonl")
    check(found, EXPECTED[name])


@pytest.mark.parametrize("name", [each for each in EXPECTED if each.startswith("cards/")])
def test_a_card_becomes_a_profile(name: str) -> None:
    expected = EXPECTED[name]
    (found,) = read_file(FIXTURES / name)[1]
    if "error" in expected:
        assert isinstance(found, Skipped)
        assert found.reason == expected["error"]
        return
    assert isinstance(found, Card)
    assert (found.spec, found.origin) == (expected["spec"], expected["source"])
    profile = dict(expected["profile"])
    profile["greetings"] = tuple(profile["greetings"])
    assert {name: getattr(found, name) for name in profile} == profile


def test_unknown_keys_of_a_card_are_kept() -> None:
    (found,) = read_file(FIXTURES / "cards/cartographer_v2.json")[1]
    assert json.loads(found.raw)["data"]["extensions"] == {"acme/x": {"keep": True}}
    assert "Do not put me in a prompt" not in found.system


def test_a_document_of_mikupad_is_read_with_its_tokens() -> None:
    expected = EXPECTED["mikupad/Counting.json"]["document"]
    path = FIXTURES / "mikupad/Counting.json"
    read = mikupad.document(json.loads(path.read_text("utf-8")))
    for name in ("name", "text", "chunks", "generated_tokens", "tokens_with_alternatives",
                 "chosen_probabilities", "settings"):  # fmt: skip
        assert read[name] == expected[name], name
    (found,) = read_file(path)[1]
    assert [(each.role, each.text) for each in found.path()] == [
        ("user", "Count up."), ("assistant", "One, two."), ("user", "On.")
    ]  # fmt: skip
    assert found.system == "Be exact."


@pytest.mark.parametrize("path", sorted(each for each in FIXTURES.rglob("*") if each.is_file()))
def test_no_secret_and_no_local_path_is_read(path: Path) -> None:
    if path.name in {"expected.json", "README.md"} or path.suffix == ".zip":
        return
    read = repr(read_file(path)[1])
    for secret in ("dummy-key-must-not-be-imported", "'api_key", "127.0.0.1", "/home/u",
                   "user/images", "/docs"):  # fmt: skip
        assert secret not in read


def test_members_of_an_archive_that_lead_outside_are_not_opened(tmp_path: Path) -> None:
    archive = FIXTURES / "weird/zip_slip.zip"
    assert [each.name for each in archives.members(archive)] == ["conversations.json"]
    target = tmp_path / "inside" / "1.json"
    target.parent.mkdir()
    archives.unpack(archive, "conversations.json", target, 10_000_000)
    check(read_file(target)[1], EXPECTED["weird/zip_slip.zip"])
    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == ["1.json"]


@pytest.mark.parametrize("piece", [7, 64, 1000])
@pytest.mark.parametrize("name", ["chatgpt/conversations.json", "openai/messages.jsonl",
                                  "weird/unicode_bom.json", "openwebui/chats.json"])  # fmt: skip
def test_a_file_that_is_read_in_pieces_gives_the_same(name: str, piece: int) -> None:
    if piece == 7 and "weird" in name:
        return
    assert read_file(FIXTURES / name, piece) == read_file(FIXTURES / name)
