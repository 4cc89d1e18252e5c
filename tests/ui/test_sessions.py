"""Sessions are stored under the same keys as ever, and those of earlier versions are read."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from workbench.ui.chat.panel import ChatSession
from workbench.ui.design.session import DesignSession
from workbench.ui.history.panel import HistorySession
from workbench.ui.session import read_session, stored
from workbench.ui.tree.inspector.forms import Unsent
from workbench.ui.tree.panel import TreeSession

AS_STORED = """
{"design": {"open": [["/prompts/word-problem.prompty", {"units": "dollars", "question": "How much?",
    "examples": [{"problem": "24 rolls", "steps": ["Twice 24 is 48."], "answer": 84}]}, 1868],
    ["/mine/New prompt.prompty", {}, 116]], "current": "/mine/New prompt.prompty",
    "sizes": [224, 720, 414], "folded": [0], "library": {"/prompts/reasoning": false},
    "inner_sizes": [520, 240], "tab": "rendered",
    "strategies": {"/mine/New prompt.prompty": ["self_consistency",
        {"self_consistency": {"paths": 7}, "direct": {}}]},
    "sampling": {"temperature": 0.7, "seed": 0, "mode": "fast", "stop": [], "logit_bias": {}},
    "options": {"/mine/New prompt.prompty": {"temperature": 0.2}}},
 "tree": {"run_id": 1, "sizes": [1010, 348], "thoughts": [null, ["0.1", "4 + 4 = 8"]]},
 "chat": {"conversation": 3, "sizes": [240, 900]},
 "history": {"run_id": 12, "text": "chalk", "filters": [["version", "4", "Version 4"]],
    "sizes": [620, 500]}}
"""
"""As it was written before sessions had types."""
KINDS: dict[str, type[msgspec.Struct]] = {
    "design": DesignSession,
    "tree": TreeSession,
    "chat": ChatSession,
    "history": HistorySession,
}


@pytest.mark.parametrize("panel", KINDS)
def test_a_session_of_before_is_read_and_written_as_it_was(panel: str) -> None:
    state: dict[str, Any] = json.loads(AS_STORED)[panel]
    read = read_session(KINDS[panel], state)
    assert json.loads(json.dumps(stored(read))) == state


def test_thoughts_that_were_not_given_are_read_as_such() -> None:
    read = read_session(TreeSession, json.loads(AS_STORED)["tree"])
    assert read.thoughts == [None, Unsent("0.1", "4 + 4 = 8")]


def test_what_cannot_be_read_keeps_its_default_and_the_rest_is_read() -> None:
    read = read_session(HistorySession, {"sizes": "no", "run_id": "no", "text": "chalk", "new": 1})
    assert read == HistorySession(text="chalk")


def test_keys_that_only_earlier_versions_wrote_are_read_and_not_written() -> None:
    chat = read_session(ChatSession, {"conversation": 3, "text": "old draft", "system": "Be old."})
    assert (chat.text, chat.system) == ("old draft", "Be old.")
    assert read_session(HistorySession, {"strategy": "direct"}).strategy == "direct"
    assert stored(ChatSession()) == {"conversation": None, "sizes": []}
