"""Prompts with inputs, and Design with one of them open: for the tests of fields, sets and rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.conftest import WAIT_MS
from workbench.ui.design.panel import DesignPanel

SOURCE = """---
name: Greeting
inputs:
  name: string
  mood: {type: string, required: false}
sample:
  name: Ada
---
user:
Greet {{ name }} {{ mood }}.
"""
ALL_KINDS = """---
inputs:
  text: {type: string, multiline: true}
  grade: {type: integer, minimum: 1, maximum: 12}
  ratio: {type: number, step: 0.5}
  tone: {type: string, choices: [plain, warm]}
  loud: boolean
  examples: array
  place: object
  notes: file
  photo: {type: image, required: false}
  chat: thread
sample:
  text: Hello
  grade: 5
  ratio: 1.5
  tone: plain
  examples:
    - {name: rolls, count: 3}
    - {name: pencils, count: 4}
  place: {city: Bern, code: 3000}
  notes: From the head
  chat: [{role: user, content: Hi}]
---
user:
{{ text }} {{ grade }} {{ ratio }} {{ tone }} {{ loud }} {{ examples | map(attribute="name") | join
}} {{ place.city }} {{ notes }} {{ photo }} {{ chat[-1].content }}
"""


def write(paths, source: str) -> Path:
    file = paths.prompts / "greeting.prompty"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source)
    return file


@pytest.fixture
def make_panel(open_design, paths):
    def make(source: str) -> DesignPanel:
        return open_design(write(paths, source))

    return make


@pytest.fixture
def panel(make_panel) -> DesignPanel:
    return make_panel(SOURCE)


@pytest.fixture
def kinds(make_panel) -> DesignPanel:
    return make_panel(ALL_KINDS)


def rendered(panel: DesignPanel, qtbot, words: str = "") -> None:
    def there() -> bool:
        messages = panel.model.current.preview.messages
        return bool(messages) and words in messages[-1].text

    qtbot.waitUntil(there, timeout=WAIT_MS)


def field(panel: DesignPanel, name: str):
    return panel.work.inputs.fields.fields[name]
