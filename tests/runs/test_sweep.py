"""The plan of a sweep: which cells, with which keys, in which order."""

from __future__ import annotations

import msgspec

from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import RunSpec, TemplatePrompt, repeat_seed
from workbench.runs.sweep import SweepVariant, plan

CASES = ("one", "two")


def variant(name, model="m", source="Count {{ word }}.", cases=CASES, **changes):
    prompt = TemplatePrompt("/p.prompty", source)
    spec = RunSpec(prompt=prompt, model=model, seed=5, **changes)
    return SweepVariant(name, spec, {case: {"word": case} for case in cases})


def places(sweep):
    return [(cell.id.variant, cell.id.case, cell.id.repeat) for cell in sweep.cells]


def test_each_cell_has_the_values_of_its_case_and_the_seed_of_its_repeat():
    sweep = plan([variant("a")], CASES, 2)
    assert places(sweep) == [("a", "one", 0), ("a", "one", 1), ("a", "two", 0), ("a", "two", 1)]
    assert [cell.spec.prompt.variables["word"] for cell in sweep.cells] == [
        "one", "one", "two", "two",
    ]  # fmt: skip
    assert [cell.spec.seed for cell in sweep.cells[:2]] == [5, repeat_seed(5, 1)]


def test_repeats_never_share_a_key():
    sweep = plan([variant("a")], CASES, 3)
    assert len(sweep.by_key()) == 6
    assert all(cell.key == cell.spec.digest() for cell in sweep.cells)


def test_variants_that_need_the_same_run_share_its_key():
    other = variant("c", sampling=Sampling(temperature=0.0))
    sweep = plan([variant("a"), variant("b"), other], ("one",), 1)
    groups = [[cell.id.variant for cell in group] for group in sweep.by_key().values()]
    assert groups == [["a", "b"], ["c"]]


def test_models_come_one_after_the_other_and_variants_of_one_prompt_case_by_case():
    warm = Sampling(temperature=1.0)
    sweep = plan(
        [
            variant("a"),
            variant("big", model="n"),
            variant("b", source="Say {{ word }}."),
            variant("warm", sampling=warm),
        ],
        CASES,
        1,
    )
    assert places(sweep) == [
        ("a", "one", 0), ("warm", "one", 0), ("a", "two", 0), ("warm", "two", 0),
        ("b", "one", 0), ("b", "two", 0),
        ("big", "one", 0), ("big", "two", 0),
    ]  # fmt: skip


def test_a_case_that_a_variant_cannot_answer_has_no_cell_there():
    sweep = plan([variant("a"), variant("b", cases=("two",))], CASES, 1)
    assert ("b", "one", 0) not in places(sweep)


def test_the_key_changes_with_everything_that_decides_the_run():
    base = variant("a").spec
    changed = [
        msgspec.structs.replace(base, model="n"),
        msgspec.structs.replace(base, strategy="cot"),
        msgspec.structs.replace(base, params={"x": 1}),
        msgspec.structs.replace(base, sampling=Sampling(temperature=0.1)),
        msgspec.structs.replace(base, seed=6),
        msgspec.structs.replace(base, prompt=TemplatePrompt("/p.prompty", "Other {{ word }}")),
    ]
    keys = {
        plan([SweepVariant("a", spec, {"one": {"word": "one"}})], ("one",), 1).cells[0].key
        for spec in [base, *changed]
    }
    assert len(keys) == 7
