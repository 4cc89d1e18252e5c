"""``workbench xray`` and ``counterfactual`` as the user types them."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks.xray import CASES
from tests.cli.test_commands import workbench
from workbench.cli.prompts.xray import _row, _tinted
from workbench.domain.runs.xray import AnswerChange, PromptSegment, SegmentEffect, TokenChange

CASE = CASES[9]


@pytest.mark.model
def test_a_prompt_is_looked_at_with_the_real_model(tmp_path):
    file = tmp_path / "workshop.prompty"
    file.write_text(CASE.template)
    common = ["xray", str(file), "--answer", CASE.answer, "--var", f"question={CASE.question}"]
    reported = json.loads(workbench(*common, "--json", home=tmp_path / "home").stdout)
    lines = [each["segment"]["lines"] for each in reported["effects"]]
    assert [CASE.line] in lines[:2]
    assert reported["cost"] < 3.0
    printed = workbench(*common, "--level", "paragraph", home=tmp_path / "home")
    assert "paragraphs" in printed.stdout
    assert printed.returncode == 0
    failed = workbench(*common[:3], "", home=tmp_path / "home")
    assert failed.returncode == 2
    assert "needs an answer" in failed.stderr


def test_unknown_runs_are_named(tmp_path):
    done = workbench("counterfactual", "1", "2", home=tmp_path)
    assert done.returncode == 2
    assert "1" in done.stderr


def test_a_row_has_its_number_bar_and_line():
    effect = SegmentEffect(
        segment=PromptSegment(id="5", level="line", title="The code.", lines=(5,)),
        delta=-0.5,
        measure="read",
    )
    row = "".join(text for text, _ in _row(effect, 1.0))
    assert row.split() == ["-0.500", "█" * 12, "5", "The", "code.", "(estimated)"]
    failed = SegmentEffect(segment=effect.segment, measure="failed", error="No roles.")
    assert any("No roles." in text for text, _ in _row(failed, 1.0))


def test_tokens_are_marked_by_more_than_colour():
    tokens = (TokenChange("a", -3.0, -1.0), TokenChange("b", -1.0, -3.0))
    pieces = _tinted(AnswerChange("ab", tokens))
    assert [style for _, style in pieces] == ["bold green", "underline red"]
