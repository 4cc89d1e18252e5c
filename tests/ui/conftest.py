"""For tests of the window: the theme, and a core with an engine that makes its answers up."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths
from workbench.ui.bridge import Bridge
from workbench.ui.panels import Context
from workbench.ui.theme import theme

WAIT_MS = 60_000
_MOST_ROUNDS = 5
_MOST_GARBAGE = 50_000
"""New objects from which on a test that is none of the window collects what is garbage."""


@pytest.fixture(scope="session")
def _installed(qapp: QApplication) -> None:
    theme().install("dark")


@pytest.fixture(autouse=True)
def _dark_at_first(_installed: None) -> Iterator[None]:
    """Every test begins with the dark theme and text of the design's size."""
    yield
    theme().set_text(1.0)
    if theme().choice != "dark":
        theme().choose("dark")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Cyclic garbage goes on this thread only from the first test of the window on, as there.

    Qt objects may be in it, and they may be ended by their own thread alone. It is collected when
    the test has let go of everything, the frames of its failure too: a fixture ends too early, and
    the next test may have threads of its own, each of which would collect. What a test of the
    window has left, since a question to the core held it, may become garbage in any later test.
    """
    if not _is_here(item):
        if QApplication.instance() is None:
            return (yield)
        gc.disable()
        result = yield
        if gc.get_count()[0] > _MOST_GARBAGE:
            gc.collect()
        return result
    gc.disable()
    result = yield
    sys.last_type = sys.last_value = sys.last_traceback = None
    # Objects for which deleteLater() was called wait for a loop, and then some of what was theirs.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for _ in range(_MOST_ROUNDS):
        if not gc.collect():
            break
    return result


def _is_here(item: pytest.Item) -> bool:
    return item.path.is_relative_to(Path(__file__).parent)


def answer(prompt: str) -> list[str]:
    """What the simulated model says: verdicts, ideas, or steps and an answer."""
    if "impossible" in prompt:
        return (
            ["The step helps.\nsure"] if "twelve" in prompt else ["It leads nowhere.\nimpossible"]
        )
    if "different ideas" in prompt or "next step" in prompt:
        return ["1. Take twelve.\n2. Count the sticks.\n3. Guess."]
    return ["Twelve and five.\n\nAnswer: 17", "Let me see.\n\nAnswer: 17", "I do not know."]


@pytest.fixture
def engine() -> SimulatedEngine:
    """An engine that answers by rule, as fast as can be."""
    return SimulatedEngine(answer)


@pytest.fixture
def bridge(
    qapp: QApplication, paths: Paths, engine: SimulatedEngine, tmp_path: Path
) -> Iterator[Bridge]:
    """A bridge to a real core on ``engine``, open, with a model "loaded"; no test sees another's.

    A core learns from its runs, so one that several tests share makes each depend on those before.
    """
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Bridge(lambda: Workbench(paths, engine=engine))
    made.start()
    ask(made, lambda core: core.models.load(str(model)))
    yield made
    made.stop()


def ask(bridge: Bridge, question: Callable[[Workbench], Any]) -> Any:
    """The answer of the core, waited for."""
    found: list[Any] = []
    bridge.call(question, found.append)
    until(lambda: bool(found))
    return found[0]


def until(condition: Callable[[], bool]) -> None:
    """Let the window work until ``condition``, as ``qtbot.waitUntil`` where there is no qtbot."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, "the core did not answer"
        QApplication.processEvents()
        time.sleep(0.005)


def kept_verdicts(bridge: Bridge, count: int) -> list[bool | None]:
    """Whether the newest runs that the history has were right, newest first."""
    runs = ask(bridge, lambda core: core.history.list_runs(limit=count))
    return [run.is_right for run in runs]


@dataclass
class Going:
    """Where panels wanted to go, and their notifications."""

    places: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def go(self, panel_id: str, **request: object) -> None:
        """Note a place."""
        self.places.append((panel_id, request))

    def notify(self, sentence: str, _tone: str = "warn", /) -> None:
        """Note a sentence."""
        self.notices.append(sentence)


@pytest.fixture
def going() -> Going:
    """What the panel under test asks of the window."""
    return Going()


@pytest.fixture
def context(bridge: Bridge, going: Going) -> Context:
    """What a panel is given."""
    return Context(bridge=bridge, go=going.go, notify=going.notify)


def unnamed(root: QWidget) -> list[str]:
    """Visible focusable widgets of ``root`` that a screen reader could not name."""
    found = []
    for widget in root.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy().value and widget.focusProxy() is None:
            face = QAccessible.queryAccessibleInterface(widget)
            if face is not None and not face.text(QAccessible.Text.Name):
                found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found
