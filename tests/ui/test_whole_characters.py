"""Tokens that are parts of one character are shown as that character."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt

from workbench.domain.prompts.prompt import Preview
from workbench.domain.text import Token, token_starts, whole_characters
from workbench.ui.design.preview.pages import TokensPage
from workbench.ui.tree.inspector.token_view import TokenView

WHOLE = "Hi \U0001f600 and 日本!"
TOKENS = (
    (1, "Hi"), (2, " \ufffd"), (3, "\ufffd"), (4, "\ufffd"), (5, " and"), (6, " 日"),
    (7, "\ufffd"), (8, "\ufffd"), (9, "!"),
)  # fmt: skip
SHOWN = ["Hi", " \U0001f600", " and", " 日", "本", "!"]


def _shown(whole: str, tokens: tuple[tuple[int, str], ...]) -> list[str]:
    texts = [text for _, text in tokens]
    return [text for _, text in whole_characters(whole, texts, token_starts(whole, tokens))]


def test_parts_are_joined_also_at_the_end_and_in_long_runs():
    assert _shown(WHOLE, TOKENS) == SHOWN
    assert _shown(WHOLE[:-1], TOKENS[:-1]) == SHOWN[:-1]
    many = "\U0001f600" * 30
    parts = tuple((number, "\ufffd") for number in range(90))
    assert _shown(f"a{many}b c", ((1, "a"), *parts, (2, "b"), (3, " c"))) == ["a", many, "b", " c"]


@pytest.mark.parametrize("whole", ["", "Hi", "Hi there and 日xx!", "Hi \ufffd and 日\ufffd!"])
def test_where_the_text_does_not_tell_the_character_the_tokens_stay(whole):
    assert _shown(whole, TOKENS) == [text for _, text in TOKENS]


def test_the_tokens_of_a_prompt_show_whole_characters_and_all_numbers(qtbot):
    page = TokensPage()
    qtbot.addWidget(page)
    preview = Preview(
        raw=WHOLE, token_texts=TOKENS, token_starts=tuple(token_starts(WHOLE, TOKENS))
    )
    page.draw(preview)
    assert page.toPlainText().splitlines()[-1] == WHOLE
    assert page.toPlainText().startswith("9 tokens")
    page.with_ids = True
    page.draw(preview)
    assert " \U0001f600 2 3 4  " in page.toPlainText()


def test_the_tokens_of_a_thought_are_walked_character_by_character(qtbot):
    view = TokenView()
    qtbot.addWidget(view)
    tokens = [Token(number, text, math.log(0.8)) for number, text in TOKENS]
    view.show_tokens(tokens, WHOLE)
    met = []
    for _ in range(len(TOKENS)):
        qtbot.keyClick(view, Qt.Key.Key_Right)
        met.append(view.current)
    assert met == [0, 1, 4, 5, 6, 8, 8, 8, 8]
    view.point(3)
    assert view.current == 1
    assert view.accessibleDescription() == "3 tokens \U0001f600, probability 0.51"
    assert view.box_of(3) == view.box_of(1)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.current == 0
