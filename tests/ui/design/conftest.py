"""A way to Design with a prompt of its own open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ui.conftest import WAIT_MS
from workbench.ui.design.panel import DesignPanel

OpenDesign = Callable[..., DesignPanel]


@pytest.fixture
def open_design(context, qtbot) -> OpenDesign:
    """Shows Design; with a file it is open and rendered."""

    def make(file: Path | None = None, *, height: int = 800) -> DesignPanel:
        panel = DesignPanel(context)
        qtbot.addWidget(panel)
        panel.resize(1376, height)
        panel.show()
        panel.model._on_core()
        qtbot.waitUntil(lambda: panel.model.current is not None, timeout=WAIT_MS)
        if file is not None:
            panel.model.open(str(file))
            qtbot.waitUntil(lambda: _is_rendered(panel, file), timeout=WAIT_MS)
        return panel

    return make


def _is_rendered(panel: DesignPanel, file: Path) -> bool:
    document = panel.model.current
    here = document is not None and document.path == str(file)
    return here and bool(document.preview.messages)


@pytest.fixture
def write_prompt(paths) -> Callable[[str, str], Path]:
    """Writes a file into the user's own prompts."""

    def write(name: str, text: str) -> Path:
        file = paths.prompts / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    return write
