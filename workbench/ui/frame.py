"""The frame around the workspaces: navigation rail, top bar, status bar."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from workbench.domain.servers import PREFIX
from workbench.domain.text import size_text
from workbench.domain.views import EngineStatus, StoreStatus
from workbench.ui.actions import shown_keys
from workbench.ui.bindings import bindings
from workbench.ui.kit import Button, Label, column, row, set_tone
from workbench.ui.panels import PanelSpec
from workbench.ui.theme import color, font, icon, theme
from workbench.ui.theme.tokens import TOKENS

_ENGINE_WORDS = {
    "empty": ("No model loaded", "text-3"),
    "starting": ("Engine starting", "warn"),
    "loading": ("Loading", "warn"),
    "ready": ("Engine ready", "ok"),
    "busy": ("Generating", "focus"),
    "dead": ("Engine stopped", "bad"),
}
_SERVER_WORDS = {"loading": "Asking the server", "ready": "Server ready", "dead": "Server failed"}


class RailButton(QToolButton):
    """An entry of the rail: icon above its name, a dot while its workspace is busy."""

    def __init__(self, title: str, icon_name: str, keys: str = "") -> None:
        super().__init__()
        self.busy = False
        self._icon_name = icon_name
        self._keys = keys
        self.setProperty("rail", True)
        self.setText(title)
        self.setAccessibleName(title)
        self._show_keys()
        bindings().changed.connect(self._show_keys)
        self.setFont(font("micro"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(18, 18))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._recolour()
        theme().changed.connect(self._recolour)

    @Slot()
    def _recolour(self) -> None:
        self.setIcon(icon(self._icon_name))
        grown = max(theme().text_scale, 1.0)
        self.setFixedSize(round(52 * grown), round(50 * grown))

    @Slot()
    def _show_keys(self) -> None:
        hint, title = shown_keys(bindings().of(self._keys, "")), self.accessibleName()
        self.setToolTip(f"{title} ({hint})" if hint else title)

    def set_busy(self, busy: bool) -> None:
        """Show or hide the dot."""
        self.busy = busy
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.busy:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("focus"))
            painter.drawEllipse(self.width() - 14, 6, 6, 6)


class Rail(QFrame):
    """The workspaces from top to bottom.

    Args:
        specs: the workspaces.
        settings: the entry at the bottom.

    Signals:
        chosen(str): the id of one of them.
    """

    chosen = Signal(str)

    def __init__(self, specs: Sequence[PanelSpec], settings: PanelSpec) -> None:
        super().__init__()
        self.setProperty("surface", "chrome")
        self.setProperty("rule", "right")
        self._group = QButtonGroup(self)
        self.work = tuple(spec.id for spec in specs)
        """The ids of the workspaces, without the settings."""
        self.buttons: dict[str, RailButton] = {}
        layout = column(margins=(6, 8, 5, 8), gap=4)
        for index, spec in enumerate((*specs, settings)):
            button = RailButton(spec.title, spec.icon, spec.keys)
            button.setCheckable(True)
            self._group.addButton(button, index)
            self.buttons[spec.id] = button
            if spec is settings:
                layout.addStretch(1)
            layout.addWidget(button)
        self.setLayout(layout)
        self._ids = [*self.work, settings.id]
        self._group.idClicked.connect(self._on_clicked)

    @Slot(int)
    def _on_clicked(self, index: int) -> None:
        self.chosen.emit(self._ids[index])

    def show_current(self, panel_id: str) -> None:
        """Mark a workspace as the one that is shown; none for a page that is not on the rail."""
        self._group.setExclusive(False)
        for known, button in self.buttons.items():
            button.setChecked(known == panel_id)
        self._group.setExclusive(True)


class TopBar(QFrame):
    """Breadcrumb left; the workspace's controls and the command box right."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(TOKENS.size["topbar"])
        self.setProperty("surface", "chrome")
        self.setProperty("rule", "bottom")
        self.breadcrumb: Sequence[str] = ()
        self._crumbs = row(gap=6)
        self._controls = row(gap=4)
        self.search = Button("Search or run a command", "search", keys="Ctrl+K")
        self.search.setMinimumWidth(240)
        layout = row(self._crumbs, None, self._controls, self.search, margins=(16, 0, 12, 0), gap=8)
        self.setLayout(layout)

    def show_breadcrumb(self, parts: Sequence[str]) -> None:
        """Show where we are; the first part is strong, the last one bright."""
        if self.breadcrumb == tuple(parts):
            return
        self.breadcrumb = tuple(parts)
        _clear(self._crumbs)
        for index, part in enumerate(parts):
            if index:
                self._crumbs.addWidget(Label("/", "body", "text-3"))
            style = "body-strong" if index == 0 else "body"
            tone = "text" if index in (0, len(parts) - 1) else "text-2"
            self._crumbs.addWidget(Label(part, style, tone))

    def show_controls(self, widgets: Sequence[QWidget]) -> None:
        """Show the controls of the workspace; the earlier ones are put away, not deleted."""
        while self._controls.count():
            item = self._controls.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
        for widget in widgets:
            self._controls.addWidget(widget)
            widget.show()


def _clear(layout: QHBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()  # it is deleted later, and would be painted over what comes in its place
            widget.deleteLater()


class StatusBar(QFrame):
    """Engine state, model, memory; at the right when the history was saved, and where text goes."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(TOKENS.size["statusbar"])
        self.setProperty("surface", "chrome")
        self.setProperty("rule", "top")
        self._dot = QLabel()
        self.engine = Label("Starting…", "small", "text-2")  # until the core says what there is
        self.model = Label("", "small", "text-3")
        self.memory = Label("", "small", "text-3")
        self.saved = Label("", "small", "text-3")
        self._offline_icon = QLabel()
        self.offline = Label("Offline", "small", "text-3")
        self.setLayout(
            row(
                self._dot,
                self.engine,
                8,
                self.model,
                8,
                self.memory,
                None,
                self.saved,
                12,
                self._offline_icon,
                self.offline,
                margins=(12, 0, 12, 0),
                gap=6,
            )
        )
        self._tone = "text-3"
        self._place = ""
        theme().changed.connect(self._recolour)
        self._recolour()

    @Slot(object)
    def show_engine(self, status: EngineStatus) -> None:
        """Show the engine's state in words, with its numbers."""
        words, self._tone = _ENGINE_WORDS[status.state]
        if status.model_path.startswith(PREFIX):
            words = _SERVER_WORDS.get(status.state, words)
        if status.state == "loading" and status.progress:
            words = f"Loading {status.progress:.0%}"
        if status.state == "busy" and status.tokens_per_second:
            words = f"Generating · {status.tokens_per_second:.0f} tok/s"
        self.engine.setText(words)
        self.engine.setToolTip(status.error)
        self.model.setText(status.model_name)
        if status.memory_bytes:
            total = size_text(status.total_memory_bytes)
            self.memory.setText(f"{size_text(status.memory_bytes)} of {total}")
        else:
            self.memory.setText("")
        self._show_place(status.place)
        self._recolour()

    def _show_place(self, place: str) -> None:
        """Say whether text leaves this machine."""
        self._place = place
        self.offline.setText(f"Text is sent to {place}" if place else "Offline")
        tip = "Prompts leave this machine when they run: the chosen model is on a server there"
        self.offline.setToolTip(tip if place else "")
        set_tone(self.offline, "warn" if place else "text-3")

    @Slot(object)
    def show_store(self, status: StoreStatus) -> None:
        """Show when the history was saved last, or that it cannot be."""
        if status.problem:
            self.saved.setText("History not saved")
            self.saved.setToolTip(status.problem)
            set_tone(self.saved, "bad")
        elif status.indexed < 1:
            self.saved.setText(f"Indexing the history: {status.indexed:.0%}".replace("%", " %"))
            self.saved.setToolTip("Searches find everything when this is done")
            set_tone(self.saved, "warn")
        elif status.saved_at is not None:
            at = time.strftime("%H:%M:%S", time.localtime(status.saved_at))
            self.saved.setText(f"History saved {at}")
            self.saved.setToolTip(status.path)
            set_tone(self.saved, "text-3")

    @Slot()
    def _recolour(self) -> None:
        ratio = self.devicePixelRatioF()
        self._dot.setPixmap(theme().pixmap("dot", self._tone, 10, ratio))
        sign, tone = ("send", "warn") if self._place else ("offline", "text-3")
        self._offline_icon.setPixmap(theme().pixmap(sign, tone, 12, ratio))
