"""Prompts that come with the program stay as they are: what is changed becomes one's own copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.conftest import WAIT_MS
from workbench.ui.design.panel import DesignPanel

NAME = "object-counting"


@pytest.fixture
def panel(open_design, qtbot) -> DesignPanel:
    panel = open_design()
    qtbot.waitUntil(lambda: not panel.model.listing.pending, timeout=WAIT_MS)
    file = next(e.path for e in panel.model.library if e.shipped and NAME in e.name)
    panel.model.open(file)
    qtbot.waitUntil(lambda: here(panel) == file and previewed(panel), timeout=WAIT_MS)
    return panel


def here(panel: DesignPanel) -> str:
    return panel.model.current.path if panel.model.current else ""


def previewed(panel: DesignPanel) -> bool:
    return bool(panel.model.current.preview.messages)


def locked_tabs(panel: DesignPanel) -> list[str]:
    bar = panel.work.tabs
    tips = [(bar.tabText(i), bar.tabToolTip(i)) for i in range(bar.count())]
    return [name for name, tip in tips if "Stays as it is" in tip]


def test_saving_makes_ones_own_copy_and_everything_follows(panel, paths, qtbot):
    original, shipped = here(panel), Path(here(panel)).read_text()
    assert NAME in locked_tabs(panel)
    panel.run_bar.strategy.choose("cot")
    panel.work.editor.replace_all(shipped + "Be brief.\n")
    values = dict(panel.model.current.values)
    sets = [each.name for each in panel.work.inputs.samples.sets]
    panel.model.save()
    qtbot.waitUntil(lambda: here(panel) != original, timeout=WAIT_MS)
    copy = Path(here(panel))
    assert copy.is_relative_to(paths.prompts)
    assert copy.read_text() == shipped + "Be brief.\n"
    assert Path(original).read_text() == shipped
    assert panel.work.paths().count(original) == 0
    assert NAME not in locked_tabs(panel)
    assert not panel.model.current.dirty
    assert panel.model.current.values == values
    assert [each.name for each in panel.work.inputs.samples.sets] == sets
    assert panel.run_bar.strategy.strategy == "cot"
    assert panel.work.banner.message.startswith(f"Saved as your own copy, {copy.name}.")
    assert panel.work.editor.text.isUndoAvailable()


def test_undo_brings_the_original_back_with_the_text_unsaved(panel, qtbot):
    original, shipped = here(panel), Path(here(panel)).read_text()
    panel.work.editor.replace_all(shipped + "Be brief.\n")
    panel.model.save()
    qtbot.waitUntil(lambda: here(panel) != original, timeout=WAIT_MS)
    copy = here(panel)
    panel.work.banner.remedy.click()
    qtbot.waitUntil(lambda: here(panel) == original, timeout=WAIT_MS)
    assert not Path(copy).exists()
    assert panel.model.current.text == shipped + "Be brief.\n"
    assert panel.model.current.dirty
    qtbot.waitUntil(lambda: NAME in locked_tabs(panel), timeout=WAIT_MS)


def test_a_sample_set_is_ones_own_and_goes_with_the_copy(panel, paths, qtbot):
    original = here(panel)
    file = Path(original).with_suffix(".samples.yaml")
    before = file.read_text()
    samples = panel.work.inputs.samples
    qtbot.waitUntil(lambda: len(samples.sets) > 1, timeout=WAIT_MS)
    samples.save("mine")
    qtbot.waitUntil(lambda: samples.chosen.name == "mine", timeout=WAIT_MS)
    assert (here(panel), file.read_text()) == (original, before)
    panel.model.save()
    qtbot.waitUntil(lambda: here(panel) != original, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: samples.chosen.name == "mine", timeout=WAIT_MS)
    assert file.read_text() == before


def test_a_tag_goes_into_ones_own_copy_and_undo_takes_it_away(panel, paths, qtbot):
    original, shipped = here(panel), Path(here(panel)).read_text()
    with qtbot.waitSignal(panel.library_actions.done, timeout=WAIT_MS) as reported:
        panel.library_actions.tag([original], add=["mine"])
    assert reported.args[0].endswith("tagged mine, in your own copy.")
    made = list(paths.prompts.rglob("*.prompty"))
    assert len(made) == 1
    assert "mine" in made[0].read_text()
    assert Path(original).read_text() == shipped
    panel.library_actions.undo()
    qtbot.waitUntil(lambda: not made[0].exists(), timeout=WAIT_MS)
