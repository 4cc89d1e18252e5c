"""A core of its own for each test, where tests must not see one another's history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import answer, until
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths
from workbench.ui.bridge import Bridge


@pytest.fixture
def engine() -> SimulatedEngine:
    """An engine that answers by rule, as fast as can be."""
    return SimulatedEngine(answer)


@pytest.fixture
def bridge(
    qapp: QApplication, paths: Paths, engine: SimulatedEngine, tmp_path: Path
) -> Iterator[Bridge]:
    """A bridge to a real core on ``engine``, open, with a model "loaded"."""
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Bridge(lambda: Workbench(paths, engine=engine))
    made.start()
    loaded: list[object] = []
    made.call(lambda core: core.load_model(str(model)), loaded.append)
    until(lambda: bool(loaded))
    yield made
    made.stop()
