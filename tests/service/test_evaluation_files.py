"""What can be evaluated is listed once, drafts are kept, and a set can move to another folder."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.evaluation_set import (
    Columns,
    EvaluationOptions,
    EvaluationSet,
    SetRow,
    VariantSpec,
)
from workbench.service import Workbench
from workbench.settings import Paths

TEXT = "name: {name}\nrows:\n  - {{word: a}}\nvariants:\n  - a.prompty\nchecks: [exact]\n"
GIVEN = EvaluationSet(name="Kept", variants=(VariantSpec(name="v", prompt="a.prompty"),))


@pytest.fixture
async def core(paths: Paths):
    paths.create()
    made = Workbench(paths)
    await made.open()
    yield made
    await made.close()


async def test_files_and_drafts_are_listed_once(core: Workbench, paths: Paths):
    file = paths.prompts / "one.yaml"
    file.write_text(TEXT.format(name="One"))
    (paths.prompts / "other.yaml").write_text("values: [1]\n")
    changed = msgspec.structs.replace(GIVEN, name="Changed", path=str(file))
    new = msgspec.structs.replace(GIVEN, path=str(paths.prompts / "new.yaml"))
    for each in (changed, new):
        await core.evaluation_files.keep_draft(each)
    listed = [
        each for each in (await core.evaluation_files.listing()).evaluations if not each.shipped
    ]
    assert sorted((each.name, each.is_file, each.has_draft) for each in listed) == [
        ("Changed", True, True), ("Kept", False, True),
    ]  # fmt: skip
    await core.evaluation_files.discard_draft(str(file))
    assert await core.evaluation_files.draft(str(file)) is None
    names = [each.name for each in (await core.evaluation_files.listing()).evaluations]
    assert "One" in names
    with pytest.raises(UsageError, match="no evaluation 7"):
        await core.evaluation_files.definition(7)


async def test_held_out_rows_of_a_set_are_no_data_set_of_their_own(core: Workbench, paths: Paths):
    for name in ("cases", "kept", "other"):
        (paths.data_sets / f"{name}.csv").write_text("word\na\n")
    kept = f"../{paths.prompts.name}/../{paths.data_sets.name}/kept.csv"
    text = f"data: cases.csv\nheld_out: {kept}\nvariants: [a.prompty]\nchecks: [exact]\n"
    (paths.prompts / "set.yaml").write_text(text)
    listing = await core.evaluation_files.listing()
    own = [Path(each.path).name for each in listing.data_sets if not each.shipped]
    assert sorted(own) == ["cases.csv", "other.csv"]
    shipped = [Path(each.path) for each in listing.data_sets if each.shipped]
    assert "sentiment.jsonl" in [each.name for each in shipped]
    assert [each for each in shipped if each.parent.name == "held-out"] == []
    (paths.prompts / "set.yaml").unlink()
    listing = await core.evaluation_files.listing()
    assert str(paths.data_sets / "kept.csv") in [each.path for each in listing.data_sets]


async def test_a_set_means_the_same_in_another_folder(core: Workbench, tmp_path: Path):
    (tmp_path / "data.csv").write_text("a\n1\n")
    given = msgspec.structs.replace(GIVEN, path=str(tmp_path / "set.yaml"), data="data.csv")
    below = core.evaluation_files.moved(given, str(tmp_path / "in" / "set.yaml"))
    assert below.data == str(tmp_path / "data.csv")
    assert below.variants[0].prompt == str(tmp_path / "a.prompty")
    back = core.evaluation_files.moved(below, given.path)
    assert back == given
    by_name = msgspec.structs.replace(given, data="of the data folder.csv")
    assert (
        core.evaluation_files.moved(by_name, str(tmp_path / "in" / "s.yaml")).data == by_name.data
    )


async def test_columns_that_are_not_used_fill_nothing_and_groups_are_known(core: Workbench):
    row = SetRow(values={"word": "one", "tags": "x", "text": "p1", "expected": "3"})
    given = EvaluationSet(
        name="n",
        path="/none/set.yaml",
        rows=(row,),
        columns=Columns(unused=("tags", "expected"), group="text"),
        variants=(VariantSpec(name="v", text="Say {{ word }}"),),
    )
    (case,) = (await core.evaluations.open(given, EvaluationOptions())).cases
    assert (case.tags, case.expected, case.group) == ((), (), "p1")
