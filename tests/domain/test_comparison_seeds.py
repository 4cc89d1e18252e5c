"""Seeds of repeats and the group of a comparison."""

from __future__ import annotations

import msgspec

from workbench.domain.runs.spec import RunSpec, TemplatePrompt, comparison_group, repeat_seed


def test_repeats_have_seeds_of_their_own_and_the_first_the_run_s():
    seeds = [repeat_seed(7, repeat) for repeat in range(20)]
    assert seeds[0] == 7
    assert len(set(seeds)) == 20
    assert all(0 < seed < 2**32 for seed in seeds)
    assert seeds == [repeat_seed(7, repeat) for repeat in range(20)]


def test_the_group_is_what_the_cells_share():
    spec = RunSpec(prompt=TemplatePrompt("a.j2", "2 + 2?"), seed=7)
    group = comparison_group(spec)
    replace = msgspec.structs.replace
    assert comparison_group(replace(spec, strategy="cot", params={"calls": "two"})) == group
    assert comparison_group(replace(spec, group="another")) == group
    assert comparison_group(replace(spec, seed=8)) != group
    assert comparison_group(replace(spec, model="other.gguf")) != group
