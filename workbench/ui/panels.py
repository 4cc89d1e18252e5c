"""The registry of workspaces, one line each, and the base class of their panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from workbench.ui.actions import Action

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.kit.banner import Tone


class Notify(Protocol):
    """Shows a passing sentence, as a warning unless it has another tone."""

    def __call__(self, sentence: str, tone: Tone = "warn", /) -> None: ...


@dataclass(frozen=True)
class Context:
    """What a panel is given by the window.

    ``go(panel_id, **request)`` shows another panel and hands it the request; ``notify(sentence)``
    shows a passing message; ``commands()`` gives all commands of the window.
    """

    bridge: Bridge
    go: Callable[..., None]
    notify: Notify
    commands: Callable[[], tuple[Action, ...]] = tuple


class Panel(QFrame):
    """A workspace.

    Signals:
        breadcrumb_changed(list[str]): the path at the left of the top bar, last part strong.
        busy_changed(bool): whether the rail shows a dot.
        actions_made(tuple, QWidget): commands of a part that was made later, and the part: their
            keys work while it is shown.
    """

    breadcrumb_changed = Signal(list)
    busy_changed = Signal(bool)
    actions_made = Signal(tuple, QWidget)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.bridge = context.bridge
        self.setProperty("surface", "panel")

    follows = ""
    """The workspace whose offer is taken over when this one is shown without a request."""

    def offer(self) -> dict[str, object]:
        """What workspaces that follow this one take over, as a request; {} for nothing."""
        return {}

    def follow(self, offer: dict[str, object]) -> None:
        """Called with what the workspace that is followed offers, before :meth:`shown`."""

    def actions_table(self) -> tuple[Action, ...]:
        """The commands of this workspace; their shortcuts work while it is shown."""
        return ()

    def top_widgets(self) -> tuple[QWidget, ...]:
        """Controls for the top bar, shown while this workspace is."""
        return ()

    def make_parts(self) -> None:
        """Make what is otherwise made when it is first shown, so that its commands can be found."""

    def home(self) -> QWidget | None:
        """Where work goes on with the keyboard when the control that had the focus is gone."""
        return None

    def shown(self) -> None:
        """Called each time the workspace comes to the front."""

    def handle(self, request: dict[str, object]) -> None:
        """Called with what another workspace asks, for example ``{"run_id": 7}``."""

    def at_work(self) -> str:
        """What quitting would stop, as a sentence; "" where it needs no question."""
        return ""

    def unsaved(self) -> str:
        """What quitting would lose, as a sentence; "" for nothing."""
        return ""

    def save_session(self) -> dict[str, object]:
        """JSON values to find again at the next start."""
        return {}

    def restore_session(self, state: dict[str, object]) -> None:
        """Put back what :meth:`save_session` gave; missing keys keep their defaults."""


@dataclass(frozen=True)
class PanelSpec:
    """A workspace as the rail knows it. ``keys`` shows it; ``make`` makes it, once."""

    id: str
    title: str
    icon: str
    keys: str
    make: Callable[[Context], Panel]


def _design(context: Context) -> Panel:
    from workbench.ui.design.panel import DesignPanel  # noqa: PLC0415 - after the first paint

    return DesignPanel(context)


def _compare(context: Context) -> Panel:
    from workbench.ui.compare.panel import ComparePanel  # noqa: PLC0415 - after the first paint

    return ComparePanel(context)


def _tree(context: Context) -> Panel:
    from workbench.ui.tree.panel import TreePanel  # noqa: PLC0415 - after the first paint

    return TreePanel(context)


def _chat(context: Context) -> Panel:
    from workbench.ui.chat.panel import ChatPanel  # noqa: PLC0415 - after the first paint

    return ChatPanel(context)


def _evaluate(context: Context) -> Panel:
    from workbench.ui.evaluate.panel import EvaluatePanel  # noqa: PLC0415 - after the first paint

    return EvaluatePanel(context)


def _sources(context: Context) -> Panel:
    from workbench.ui.sources.panel import SourcesPanel  # noqa: PLC0415 - after the first paint

    return SourcesPanel(context)


def _history(context: Context) -> Panel:
    from workbench.ui.history.panel import HistoryPanel  # noqa: PLC0415 - after the first paint

    return HistoryPanel(context)


def _models(context: Context) -> Panel:
    from workbench.ui.models.panel import ModelsPanel  # noqa: PLC0415 - after the first paint

    return ModelsPanel(context)


def _help(context: Context) -> Panel:
    from workbench.ui.help.panel import HelpPanel  # noqa: PLC0415 - after the first paint

    return HelpPanel(context)


PANELS = (
    PanelSpec("design", "Design", "design", "Ctrl+1", _design),
    PanelSpec("compare", "Compare", "compare", "Ctrl+2", _compare),
    PanelSpec("tree", "Tree", "tot", "Ctrl+3", _tree),
    PanelSpec("chat", "Chat", "chat", "Ctrl+4", _chat),
    PanelSpec("evaluate", "Evaluate", "evaluate", "Ctrl+5", _evaluate),
    PanelSpec("sources", "Sources", "sources", "Ctrl+6", _sources),
    PanelSpec("history", "History", "history", "Ctrl+7", _history),
    PanelSpec("models", "Models", "models", "Ctrl+8", _models),
)
HELP = PanelSpec("help", "Help", "info", "", _help)
