"""Judging an answer by the expected one."""

from __future__ import annotations

from workbench.domain.runs.comparison import is_right


def test_an_answer_is_judged_where_the_right_one_is_known():
    assert is_right("**1,024**", "1024") is True
    assert is_right("5", "6") is False
    assert is_right(None, "6") is False
    assert is_right("5", " ") is None
