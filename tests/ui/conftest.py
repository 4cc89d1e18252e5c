"""For tests of the window: the theme, and a core with an engine that makes its answers up."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths
from workbench.ui.bridge import Bridge
from workbench.ui.panels import Context
from workbench.ui.theme import theme

WAIT_MS = 60_000


@pytest.fixture(scope="session", autouse=True)
def _themed(qapp: QApplication) -> None:
    theme().install("dark")


@pytest.fixture(autouse=True)
def _collect_here() -> Iterator[None]:
    """Cyclic garbage goes on this thread only, as in the program: Qt objects may be in it."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


def answer(prompt: str) -> list[str]:
    """What the simulated model says: verdicts, ideas, or steps and an answer."""
    if "impossible" in prompt:
        return (
            ["The step helps.\nsure"] if "twelve" in prompt else ["It leads nowhere.\nimpossible"]
        )
    if "different ideas" in prompt or "next step" in prompt:
        return ["1. Take twelve.\n2. Count the sticks.\n3. Guess."]
    return ["Twelve and five.\n\nAnswer: 17", "Let me see.\n\nAnswer: 17", "I do not know."]


@pytest.fixture(scope="module")
def engine() -> SimulatedEngine:
    """An engine that answers by rule, as fast as can be; one for the tests of a file."""
    return SimulatedEngine(answer)


@pytest.fixture(scope="module")
def bridge(
    qapp: QApplication, engine: SimulatedEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bridge]:
    """A bridge to a real core on ``engine``, open, with a model "loaded".

    It serves all tests of a file: opening a core and its sandbox takes a second.
    """
    home = tmp_path_factory.mktemp("home")
    model = home / "pretend.gguf"
    model.write_bytes(b"")
    made = Bridge(lambda: Workbench(Paths.default(home), engine=engine))
    made.start()
    loaded: list[object] = []
    made.call(lambda core: core.load_model(str(model)), loaded.append)
    until(lambda: bool(loaded))
    yield made
    made.stop()


def until(condition: Callable[[], bool]) -> None:
    """Let the window work until ``condition``, as ``qtbot.waitUntil`` where there is no qtbot."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, "the core did not answer"
        QApplication.processEvents()
        time.sleep(0.005)


@dataclass
class Going:
    """Where panels wanted to go, and what they said in passing."""

    places: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def go(self, panel_id: str, **request: object) -> None:
        """Note a place."""
        self.places.append((panel_id, request))


@pytest.fixture
def going() -> Going:
    """What the panel under test asks of the window."""
    return Going()


@pytest.fixture
def context(bridge: Bridge, going: Going) -> Context:
    """What a panel is given."""
    return Context(bridge=bridge, go=going.go, notify=going.notices.append)


def unnamed(root: QWidget) -> list[str]:
    """Visible focusable widgets of ``root`` that a screen reader could not name."""
    found = []
    for widget in root.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy().value and widget.focusProxy() is None:
            face = QAccessible.queryAccessibleInterface(widget)
            if face is not None and not face.text(QAccessible.Text.Name):
                found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found
