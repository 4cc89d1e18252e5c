"""Getting a model in the window, from a hub on loopback."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.models.crafting import gguf
from tests.models.hub_server import REPOSITORY, serving
from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.views import DownloadProgress
from workbench.ui.models.panel import ModelsPanel
from workbench.ui.models.wording import progress_text
from workbench.ui.theme import color, theme

FILES = {
    "README.md": b"# Tiny",
    "tiny-Q4_K_M.gguf": gguf(rows=4_000),
    "tiny-Q8_0.gguf": gguf(rows=8_000),
}


@pytest.fixture
def hub(monkeypatch, tmp_path):
    with serving(dict(FILES)) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        yield served


@pytest.fixture
def panel(context, qtbot) -> ModelsPanel:
    made = ModelsPanel(context)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    made.files.get.click()
    return made


def list_files(panel, qtbot):
    view = panel.get
    qtbot.waitUntil(lambda: view.table.rowCount() == 6, timeout=WAIT_MS)
    qtbot.keyClicks(view.repository, REPOSITORY)
    qtbot.keyClick(view.repository, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.table.rowCount() == 2, timeout=WAIT_MS)
    return view


def test_what_fits_is_said_in_the_colour_of_the_theme(panel, qtbot):
    table = panel.get.table
    qtbot.waitUntil(lambda: table.rowCount() == 6, timeout=WAIT_MS)
    fits = next(line for line in range(6) if table.item(line, 2).text() == "Fits")
    theme().choose("light")
    assert table.item(fits, 2).foreground().color() == color("ok")


def test_a_model_is_listed_got_and_shown_among_the_files(panel, qtbot, hub):
    view = list_files(panel, qtbot)
    assert [view.table.item(line, 0).text() for line in range(2)] == [
        "tiny-Q4_K_M.gguf",
        "tiny-Q8_0.gguf",
    ]
    view.table.selectRow(1)
    with qtbot.waitSignal(view.got, timeout=WAIT_MS) as got:
        view.get.click()
        assert view.stop.isVisible()
    assert Path(got.args[0]).read_bytes() == FILES["tiny-Q8_0.gguf"]
    assert "Downloaded to" in view.banner.message
    qtbot.waitUntil(
        lambda: got.args[0] in {entry.path for entry in panel.files.table_model.entries},
        timeout=WAIT_MS,
    )
    assert view.get.isVisible()


def test_files_can_be_listed_again_where_the_shelf_was_shown_meanwhile(panel, qtbot, hub):
    view = list_files(panel, qtbot)
    view.list_files()
    assert not view.look.isEnabled()
    view.shelf.click()
    assert view.look.isEnabled()
    assert view.look.text().strip() == "List files"
    qtbot.waitUntil(lambda: view.table.rowCount() == 6, timeout=WAIT_MS)


@pytest.fixture
def on_shelf(monkeypatch):
    """A shelf whose second model is that of the hub on loopback."""
    from workbench.models.hub import shelf  # noqa: PLC0415

    known = replace(shelf._SHELF[1], repository=REPOSITORY, file="tiny-Q8_0.gguf")
    monkeypatch.setattr(shelf, "_SHELF", (shelf._SHELF[0], known))


def test_a_small_model_is_got_from_the_shelf_with_one_press(on_shelf, panel, qtbot, hub):
    view = panel.get
    qtbot.waitUntil(lambda: view.table.rowCount() == 2, timeout=WAIT_MS)
    shown = [view.table.item(1, place).text() for place in range(5)]
    assert shown[0] == "Llama 3.2 1B"
    assert shown[1] == "about 810 MB"
    assert shown[2] in ("Fits", "May be slow", "Will not fit")
    assert shown[3] == "Llama 3.2 Community"
    assert hub.asked == [], "looking at the shelf asks nothing of the network"
    view.table.selectRow(1)
    with qtbot.waitSignal(view.got, timeout=WAIT_MS) as got:
        view.get.click()
    assert Path(got.args[0]).read_bytes() == FILES["tiny-Q8_0.gguf"]
    qtbot.waitUntil(lambda: view.table.item(1, 2).text() == "Is there", timeout=WAIT_MS)
    view.table.selectRow(1)
    assert view.get.text().strip() == "Show it"
    view.get.click()
    assert panel.files.isVisible()
    qtbot.waitUntil(
        lambda: (
            panel.files.details.entry.path == got.args[0]
            and panel.files.details.entry.name == "tiny-Q8_0"
        ),
        timeout=WAIT_MS,
    )


def test_from_the_files_of_a_repository_back_to_the_shelf(panel, qtbot, hub):
    view = list_files(panel, qtbot)
    assert view.shelf.isVisible()
    view.shelf.click()
    qtbot.waitUntil(lambda: view.table.rowCount() == 6, timeout=WAIT_MS)
    assert not view.shelf.isVisible()


def test_a_stopped_download_goes_on_where_it_stood(panel, qtbot, hub, paths):
    hub.pause = held = threading.Event()
    view = list_files(panel, qtbot)
    view.get.click()

    def kept():
        return [part.stat().st_size for part in paths.models.rglob("*.part")]

    qtbot.waitUntil(lambda: any(kept()), timeout=WAIT_MS)
    view.stop.click()
    assert "Get continues the download" in view.banner.message
    assert view.get.isVisible()
    hub.pause = None  # the first answer stays held: it must not end before it is stopped
    with qtbot.waitSignal(view.got, timeout=WAIT_MS) as got:
        view.get.click()
    held.set()
    assert Path(got.args[0]).read_bytes() == FILES["tiny-Q4_K_M.gguf"]
    assert hub.asked[-1][1].startswith("bytes=")


def test_what_goes_wrong_is_one_sentence_and_can_be_tried_again(panel, qtbot, hub):
    hub.status = 404
    view = panel.get
    view.repository.setText(REPOSITORY)
    view.look.click()
    qtbot.waitUntil(lambda: "no such repository" in view.banner.message, timeout=WAIT_MS)
    assert view.look.isEnabled()
    hub.status, hub.wrong_checksum = 0, True
    view.look.click()
    qtbot.waitUntil(lambda: view.table.rowCount() == 2, timeout=WAIT_MS)
    view.get.click()
    qtbot.waitUntil(lambda: "another checksum" in view.banner.message, timeout=WAIT_MS)
    assert view.get.isVisible()


def test_every_control_has_a_name(panel, qtbot, hub):
    list_files(panel, qtbot)
    assert unnamed(panel) == []


def test_progress_says_how_far_how_fast_and_how_long():
    progress = DownloadProgress(
        file="tiny.gguf", done_bytes=50_000_000, total_bytes=200_000_000, bytes_per_second=5e6
    )
    assert progress_text(progress) == "tiny.gguf: 25% of 200 MB, 5 MB/s, 30.0 s left"
    checking = DownloadProgress(file="a", done_bytes=1, total_bytes=1, state="checking")
    assert progress_text(checking).endswith("checking")
