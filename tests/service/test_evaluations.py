"""Evaluations on a simulated engine: what is run, what is shown again, and what is of what."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.evaluating import PROMPT, ROWS, SET, Bench, counting, rows_text
from workbench.domain.errors import DataSetError, SetFileError, UsageError
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.domain.views import Adapter
from workbench.engine.simulated import Failure
from workbench.service import Workbench
from workbench.settings import Paths


@pytest.fixture
def bench(paths: Paths, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(paths, tmp_path)
    yield made
    made.close()


def counts(variant):
    return (
        variant.rows,
        variant.scored,
        variant.passed,
        variant.format_failures,
        variant.errors,
        variant.excluded,
        variant.unfinished,
    )


def test_variants_are_run_on_all_rows_and_scored(bench):
    result, reported, runs, _ = bench.evaluate()
    plain, loud = result.variants
    assert counts(plain) == (4, 4, 4, 0, 0, 0, 0)
    assert counts(loud) == (4, 4, 3, 0, 0, 0, 0)
    assert (plain.value, loud.value) == (1.0, 0.75)
    assert (plain.interval.low, plain.interval.high) == (pytest.approx(0.510109, abs=1e-6), 1.0)
    assert [case.reason for case in loud.cases if not case.passed] == [
        "It is “0”; expected is “5”."
    ]
    (comparison,) = result.comparisons
    assert (comparison.variant, comparison.baseline) == ("loud", "plain")
    assert (comparison.verdict.kind, comparison.verdict.lost) == ("too_few", 1)
    assert len(runs) == 8
    assert {cell.state for cell in reported} == {"running", "done"}


def test_what_was_run_is_shown_and_not_run_again(bench):
    first, *_ = bench.evaluate()
    again, reported, runs, _ = bench.evaluate()
    assert reported == []
    assert len(runs) == 8
    assert [each.cached for each in again.variants] == [4, 4]
    assert [each.value for each in again.variants] == [each.value for each in first.variants]
    assert again.evaluation_id == first.evaluation_id


def test_an_edited_row_is_run_again_and_the_others_are_not(bench):
    bench.evaluate()
    bench.write(SET % rows_text([("new", "3"), *ROWS[:2], ("threes", "6"), ROWS[3]]))
    result, reported, _, _ = bench.evaluate()
    assert len({cell.id for cell in reported}) == 4
    assert [each.cached for each in result.variants] == [3, 3]


def test_a_changed_prompt_is_run_again(bench):
    bench.evaluate()
    bench.prompt.write_text(PROMPT.replace("Count", "Please count"))
    _, reported, _, _ = bench.evaluate()
    assert {cell.id.variant for cell in reported} == {"plain"}


def test_an_included_file_that_changed_and_another_adapter_are_run_again(bench):
    shared = bench.paths.prompts / "shared.md"
    shared.write_text("Please")
    bench.prompt.write_text(PROMPT.replace("Count", '{% include "shared.md" %} count'))
    bench.evaluate()
    _, reported, _, _ = bench.evaluate()
    assert reported == []
    shared.write_text("Kindly")
    _, reported, _, _ = bench.evaluate()
    assert {cell.id.variant for cell in reported} == {"plain"}

    async def with_adapter(core: Workbench):
        core.models.change_load_settings({"adapters": (Adapter("a.gguf", 0.5),)})
        given = await core.evaluations.read(str(bench.file))
        return await core.evaluations.open(given, EvaluationOptions(model=str(bench.model)))

    evaluation = bench.do(with_adapter)
    assert {cell.state for cell in evaluation.cells.values()} == {"missing"}


def test_a_model_file_that_was_written_since_is_not_the_same_model(bench):
    bench.evaluate()
    later = bench.model.stat().st_mtime + 10_000
    os.utime(bench.model, (later, later))
    _, reported, _, _ = bench.evaluate()
    assert len({cell.id for cell in reported}) == 8


def test_an_edit_that_changes_no_run_scores_what_is_there(bench):
    bench.evaluate()
    text = bench.file.read_text()

    async def edit(core: Workbench, before, change):
        bench.write(text.replace(*change))
        given = await core.evaluations.read(str(bench.file))
        options = EvaluationOptions(model=str(bench.model))
        found = await core.evaluations.open(given, options, before)
        result = await core.evaluations.result(found, keep=False)
        return found, [each.passed for each in result.variants], result.target

    def edited(before, *change):
        return bench.do(lambda core: edit(core, before, change))

    first, passed, _ = edited(None, "", "")
    assert passed == [4, 3]
    second, passed, target = edited(first, "checks: [exact]", "checks: [exact]\ntarget: 0.2")
    assert second.cells is first.cells
    assert second.scores is first.scores
    assert (passed, target) == ([4, 3], 0.2)
    third, passed, _ = edited(second, "checks: [exact]", "checks: [{contains: '3'}]")
    assert third.cells is first.cells
    assert passed == [1, 1]
    fourth, passed, _ = edited(third, "checks: [exact]", "checks: [exact]")
    assert passed == [4, 3]
    assert fourth.cells is first.cells
    rows, passed, _ = edited(fourth, "word: seven", "word: sevens")
    assert rows.cells is not first.cells
    assert passed == [3, 2]
    bench.prompt.write_text(PROMPT.replace("Count", "Please count"))
    changed, passed, _ = edited(fourth, "checks: [exact]", "checks: [exact]\ntarget: 0.3")
    assert changed.cells is not first.cells
    assert passed == [0, 3]


def test_repeats_are_different_cells_and_the_same_ones_again(bench):
    calls = itertools.count()
    bench.engine.rule = lambda _prompt: [f"call {next(calls)}"]
    text = SET.replace("temperature: 0", "temperature: 1") % rows_text(ROWS[:1])
    bench.write(text + "repeats: 3\n")
    first, _, runs, evaluation = bench.evaluate()
    outputs = [cell.output for cell in evaluation.cells.values()]
    assert len(set(outputs)) == 6
    assert len({cell.key for cell in evaluation.cells.values()}) == 6
    again, reported, _, later = bench.evaluate()
    assert reported == []
    assert [cell.output for cell in later.cells.values()] == outputs
    assert {cell.state for cell in later.cells.values()} == {"cached"}
    assert len(runs) == 6
    assert [each.rows for each in first.variants + again.variants] == [1, 1, 1, 1]


@pytest.mark.parametrize("stop_after", [1, 3, 6])
def test_a_stopped_evaluation_keeps_what_it_has_and_goes_on(bench, stop_after):
    stopped, *_ = bench.evaluate(stop_after=stop_after)
    done = sum(each.scored for each in stopped.variants)
    assert done >= stop_after
    assert sum(each.unfinished for each in stopped.variants) == 8 - done
    whole, reported, runs, _ = bench.evaluate()
    assert len({cell.id for cell in reported}) == 8 - done
    assert [each.value for each in whole.variants] == [1.0, 0.75]
    assert sum(run.status == "done" for run in runs) == 8


def test_an_error_counts_as_one_and_later_rows_are_scored(bench):
    bench.write((SET % rows_text(ROWS)).replace("  - {name: loud", "#"))
    bench.engine.fail(Failure("die"))
    result, *_ = bench.evaluate()
    (plain,) = result.variants
    assert counts(plain) == (4, 3, 3, 0, 1, 0, 0)
    assert plain.value == 1.0
    assert result.outcome.exit_status == 3
    again, reported, _, _ = bench.evaluate()
    assert len({cell.id for cell in reported}) == 1
    assert counts(again.variants[0]) == (4, 4, 4, 0, 0, 0, 0)
    assert again.outcome.exit_status == 0


def test_format_failures_count_as_0_and_are_counted_apart(bench):
    bench.engine.rule = lambda prompt: ["no idea"] if "one" in prompt else counting(prompt)
    bench.write((SET % rows_text(ROWS)).replace("[exact]", "[numeric]"))
    result, *_ = bench.evaluate()
    assert counts(result.variants[0]) == (4, 4, 3, 1, 0, 0, 0)
    assert result.variants[0].value == 0.75


def test_a_row_without_a_right_answer_is_excluded_and_shown(bench):
    bench.write(SET % (rows_text(ROWS[:3]) + "\n  - {word: none}"))
    result, *_ = bench.evaluate()
    plain = result.variants[0]
    assert counts(plain) == (4, 3, 3, 0, 0, 1, 0)
    assert plain.cases[3].state == "excluded"
    assert result.outcome.status == "met"


def test_rows_that_cannot_be_run_have_an_error_and_a_sentence(bench):
    bench.write(SET % (rows_text(ROWS[:2]) + "\n  - {other: x, expected: a}"))
    result, _, runs, _ = bench.evaluate()
    assert [counts(each) for each in result.variants] == [(3, 2, 2, 0, 1, 0, 0)] * 2
    assert result.variants[0].cases[2].reason == "word is empty."
    assert result.outcome.status == "incomplete"
    assert len(runs) == 4


def test_a_duplicate_row_is_excluded_and_run_once(bench):
    bench.write(SET % rows_text([*ROWS, ROWS[0]]))
    result, _, runs, _ = bench.evaluate()
    assert counts(result.variants[0]) == (5, 4, 4, 0, 0, 1, 0)
    assert result.variants[0].cases[4].reason == "Row 1 has the same id or the same content."
    assert len(runs) == 8


def test_a_deleted_prompt_is_an_error_of_its_variant_alone(bench):
    bench.prompt.unlink()
    result, *_ = bench.evaluate()
    plain, loud = result.variants
    assert counts(plain) == (4, 0, 0, 0, 4, 0, 0)
    assert "count.prompty" in plain.problem
    assert counts(loud) == (4, 4, 3, 0, 0, 0, 0)
    assert result.outcome.exit_status == 3


def test_a_model_that_is_not_here_is_an_error_until_one_stands_in(bench):
    text = (SET % rows_text(ROWS)).replace("loud,", "loud, model: gpt-9,")
    bench.write(text)
    result, *_ = bench.evaluate()
    loud = result.variants[1]
    assert (loud.model, loud.stands_in_for) == ("pretend", "gpt-9")
    assert loud.scored == 4

    loud = bench.evaluate(model="")[0].variants[1]
    assert loud.errors == 4
    assert "--model NAME" in loud.problem


def test_held_out_rows_are_kept_apart_and_looks_are_counted(bench):
    rows = rows_text(ROWS[:2]) + "\n  - {word: three, expected: '5', split: held_out}"
    bench.write(SET % rows)
    tune, *_ = bench.evaluate()
    assert (tune.variants[0].rows, tune.looks, tune.split) == (2, 0, "tune")
    assert [bench.evaluate(held_out=True)[0].looks for _ in range(2)] == [1, 2]
    held, *_ = bench.evaluate(held_out=True)
    assert (held.variants[1].rows, held.variants[1].passed, held.split) == (1, 0, "held_out")


def test_held_out_rows_can_be_in_a_file_of_their_own(bench):
    for name, (word, right) in (("tune", ROWS[0]), ("kept", ROWS[2])):
        (bench.folder / f"{name}.csv").write_text(f"word,expected\n{word},{right}\n")
    variants = SET.partition("variants:")[2]
    bench.write(f"data: tune.csv\nheld_out: kept.csv\nvariants:{variants}")
    tune, _, _, evaluation = bench.evaluate()
    assert [case.values["word"] for case in evaluation.cases] == ["one"]
    assert (tune.variants[1].passed, tune.looks) == (1, 0)
    held, _, _, evaluation = bench.evaluate(held_out=True)
    assert [(case.values["word"], case.split) for case in evaluation.cases] == [
        ("three", "held_out")
    ]
    assert (held.variants[1].passed, held.looks) == (0, 1)


def test_only_some_variants_come_with_the_baseline(bench):
    text = (SET % rows_text(ROWS)) + "baseline: loud\n"
    extra = "  - {name: third, text: 'Third {{ word }}'}\nchecks:"
    bench.write(text.replace("checks:", extra))
    result, *_ = bench.evaluate(only=("third",))
    assert [each.name for each in result.variants] == ["loud", "third"]
    with pytest.raises(UsageError, match="no variant “fourth”"):
        bench.evaluate(only=("fourth",))


def test_data_of_a_file_may_begin_with_a_byte_order_mark(bench, tmp_path):
    (tmp_path / "words.csv").write_bytes("\ufeffword,expected\none,3\nsix,3\n".encode())
    bench.write((SET % "X").replace("rows:\nX", "data: words.csv"))
    result, *_ = bench.evaluate()
    assert counts(result.variants[0]) == (2, 2, 2, 0, 0, 0, 0)


def test_data_that_cannot_be_read_or_lack_a_column_are_said(bench, tmp_path):
    base = (SET % "X").replace("rows:\nX", "data: words.csv")
    bench.write(base)
    with pytest.raises(DataSetError, match="does not exist"):
        bench.evaluate()
    (tmp_path / "words.csv").write_text("word,expected\none,3\n")
    bench.write(base + "columns: {expected: gold}\n")
    with pytest.raises(SetFileError, match="no column “gold”"):
        bench.evaluate()


def test_what_was_measured_is_kept_with_its_scores(bench):
    result, *_ = bench.evaluate()

    async def read(core: Workbench):
        return await core.evaluations.all(), await core.evaluations.cells(result.evaluation_id)

    (summary,), cells = bench.do(read)
    assert (summary.name, summary.status, summary.cell_count) == ("set", "met", 8)
    assert [(cell.id.variant, cell.score) for cell in cells][:2] == [("plain", 1.0), ("plain", 1.0)]
    assert sum(cell.score or 0 for cell in cells) == 7
    assert cells[0].details["checks"]
    assert all(cell.run_id for cell in cells)


def test_checks_that_are_not_imported_make_a_result_incomplete(bench):
    bench.write(
        """
prompts: ["Count {{word}}"]
providers: [openai:gpt-9]
tests:
  - vars: {word: one}
    assert: [{type: equals, value: "3"}, {type: javascript, value: short}]
  - vars: {word: seven}
    assert: [{type: javascript, value: short}]
"""
    )
    result, *_ = bench.evaluate()
    (variant,) = result.variants
    assert counts(variant) == (2, 1, 1, 0, 0, 1, 0)
    assert result.not_imported == ("javascript",)
    assert variant.stands_in_for == "openai:gpt-9"
    assert result.outcome.exit_status == 3


def test_a_set_is_saved_and_read_again(bench):
    async def work(core: Workbench):
        given = await core.evaluations.read(str(bench.file))
        await core.evaluations.save(given, str(bench.file))
        return given, await core.evaluations.read(str(bench.file))

    before, after = bench.do(work)
    assert after == before
    assert "variants:" in bench.file.read_text()
    with pytest.raises(SetFileError, match="cannot be written"):
        bench.do(lambda core: core.evaluations.save(before, str(bench.folder / "no" / "set.yaml")))
