"""Design with a small library."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.conftest import WAIT_MS
from tests.ui.design.conftest import open_design
from tests.ui.library.driving import TEXT
from workbench.ui.design.panel import DesignPanel

__all__ = ["home", "open_design", "panel"]


@pytest.fixture
def home(paths) -> Path:
    (paths.prompts / "work").mkdir(parents=True)
    (paths.prompts / "mail.prompty").write_text(
        TEXT.format(name="Mail", tags="mail, few-shot", text="Dear {{ name }}, chalk is out.")
    )
    (paths.prompts / "work" / "sum.prompty").write_text(
        TEXT.format(name="Sum", tags="maths", text="{% if %}")
    )
    return paths.prompts


@pytest.fixture
def panel(open_design, qtbot, home) -> DesignPanel:
    made = open_design()
    qtbot.waitUntil(lambda: not made.model.listing.pending, timeout=WAIT_MS)
    return made
