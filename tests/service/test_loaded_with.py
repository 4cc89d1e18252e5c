"""How a model is loaded is a part of what decides a cell, as far as it changes answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from tests.models.crafting import gguf
from tests.service.evaluating import Bench
from workbench.history import codec
from workbench.history.tables import run
from workbench.service import Workbench
from workbench.settings import Paths


@pytest.fixture
def bench(paths: Paths, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(paths, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("changes", "is_same"),
    [
        ({"kv_type": "q8_0"}, False),
        ({"flash_attention": "on"}, False),
        ({"gpu_layers": 4}, False),
        ({"flash_attention": "off"}, True),
        ({"context_tokens": 16_384, "threads": 1, "batch_tokens": 64, "use_mmap": False}, True),
    ],
)
def test_load_settings_that_change_answers_are_a_part_of_what_decides_a_cell(
    bench, changes, is_same
):
    before, *_ = bench.evaluate()
    bench.do(lambda core: change(core, changes))
    after, reported, runs, _ = bench.evaluate()
    assert len({cell.id for cell in reported}) == (0 if is_same else 8)
    assert (after.evaluation_id == before.evaluation_id) is is_same
    again, reported, _, _ = bench.evaluate()
    assert reported == []
    assert len(runs) == (8 if is_same else 16)
    assert again.evaluation_id == after.evaluation_id
    bench.do(lambda core: change(core, {}))
    assert [each.cached for each in bench.evaluate()[0].variants] == [4, 4]


async def change(core: Workbench, changes):
    core.models.change_load_settings(changes)


def test_a_run_that_notes_no_load_settings_was_made_with_the_defaults(bench):
    bench.evaluate()

    async def forget(core: Workbench):
        def update(connection: Connection):
            for row in connection.execute(select(run.c.id, run.c.manifest)).all():
                manifest = codec.from_json(row.manifest, {})
                assert manifest["engine"].pop("deciding") == {}
                changed = run.update().where(run.c.id == row.id)
                connection.execute(changed.values(manifest=codec.to_json(manifest)))

        await core._core.store.write(update)

    bench.do(forget)
    assert bench.evaluate()[1] == []
    bench.do(lambda core: change(core, {"kv_type": "q8_0"}))
    assert len({cell.id for cell in bench.evaluate()[1]}) == 8


def test_a_model_with_two_sets_of_rope_factors_is_another_one_with_a_long_context(bench):
    bench.model.write_bytes(
        gguf(
            {
                "general.architecture": "phi3",
                "phi3.context_length": 131_072,
                "phi3.rope.scaling.original_context_length": 4096,
            }
        )
    )
    bench.do(lambda core: change(core, {"context_tokens": 2048}))
    bench.evaluate()
    bench.do(lambda core: change(core, {"context_tokens": 4096}))
    assert bench.evaluate()[1] == []
    bench.do(lambda core: change(core, {"context_tokens": 8192}))
    assert len({cell.id for cell in bench.evaluate()[1]}) == 8
