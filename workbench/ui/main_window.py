"""The window: rail, stack of workspaces, palette. It knows no workspace by name."""

from __future__ import annotations

import functools
from typing import Any

from PySide6.QtCore import QPoint, QSettings, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QMainWindow, QMenu, QStackedWidget

from workbench.domain.views import SearchHit, StoreStatus
from workbench.ui.actions import Action, ActionTable
from workbench.ui.bridge import Bridge
from workbench.ui.command_palette import CommandPalette
from workbench.ui.frame import Rail, StatusBar, TopBar
from workbench.ui.panels import PANELS, Context, Panel
from workbench.ui.theme import ThemeChoice, theme
from workbench.ui.widgets import Banner, column, row

_SMALLEST = (1100, 700)
_SESSION_MS = 2000
_NOTICE_MS = 6000
_THEMES: tuple[tuple[ThemeChoice, str], ...] = (
    ("system", "Theme: as the system"),
    ("light", "Theme: light"),
    ("dark", "Theme: dark"),
)


class MainWindow(QMainWindow):
    """The one window of the program.

    Args:
        bridge: to the core.
        settings: where geometry and theme are kept.
    """

    def __init__(self, bridge: Bridge, settings: QSettings) -> None:
        super().__init__()
        self.bridge = bridge
        self._settings = settings
        self._specs = {spec.id: spec for spec in PANELS}
        self.panels: dict[str, Panel] = {}
        self._sessions: dict[str, dict[str, object]] = {}
        self._current = ""
        self._restored = False
        self.setWindowTitle("Prompt Workbench")
        self.setMinimumSize(*_SMALLEST)
        self.resize(1440, 900)
        self.actions_table = ActionTable(self)
        self._build()
        self._context = Context(bridge=bridge, go=self.go, notify=self.notify)
        self.actions_table.add(self._own_actions())
        self.palette_box = CommandPalette(self, self.actions_table, self._search, self._open_hit)
        bridge.engine_changed.connect(self.status_bar.show_engine)
        bridge.store_changed.connect(self._on_store)
        bridge.failed.connect(self.notify)
        bridge.opened.connect(self._on_opened)
        self._session_timer = QTimer(self, interval=_SESSION_MS)
        self._session_timer.timeout.connect(self._save_session)
        self._restore_geometry()
        self.go(str(settings.value("panel", "design")) if self._knows(settings) else "design")

    def _knows(self, settings: QSettings) -> bool:
        return str(settings.value("panel", "design")) in self._specs

    def _build(self) -> None:
        self.rail = Rail(PANELS)
        self.rail.chosen.connect(self.go)
        self.rail.settings_wanted.connect(self._show_settings)
        self.top = TopBar()
        self.top.search.clicked.connect(self._open_palette)
        self.stack = QStackedWidget()
        self.banner = Banner()
        self.notice = Banner()
        self._notice_timer = QTimer(self, singleShot=True, interval=_NOTICE_MS)
        self._notice_timer.timeout.connect(self.notice.hide)
        self.status_bar = StatusBar()
        work = column(self.top, self.banner, self.stack, self.notice, gap=0)
        work.setStretch(2, 1)
        upper = row(self.rail, gap=0)
        upper.addLayout(work, 1)
        body = QFrame()
        body.setLayout(column(upper, self.status_bar, gap=0))
        self.setCentralWidget(body)

    # --- going places ---------------------------------------------------------------------------

    @Slot(str)
    def go(self, panel_id: str, **request: object) -> None:
        """Show a workspace, making it at first use, and hand it a request."""
        panel = self._panel(panel_id)
        self._current = panel_id
        self.stack.setCurrentWidget(panel)
        self.rail.show_current(panel_id)
        self.top.show_controls(panel.top_widgets())
        self._settings.setValue("panel", panel_id)
        panel.shown()
        if request:
            panel.handle(request)

    def _panel(self, panel_id: str) -> Panel:
        if panel_id not in self.panels:
            spec = self._specs[panel_id]
            panel = spec.make(self._context)
            self.panels[panel_id] = panel
            self.stack.addWidget(panel)
            panel.breadcrumb_changed.connect(functools.partial(self._on_breadcrumb, panel_id))
            panel.busy_changed.connect(self.rail.buttons[panel_id].set_busy)
            self.actions_table.add(panel.actions_table(), owner=panel)
            if self._restored:
                panel.restore_session(self._sessions.get(panel_id, {}))
        return self.panels[panel_id]

    def _on_breadcrumb(self, panel_id: str, parts: list[str]) -> None:
        if panel_id == self._current:
            self.top.show_breadcrumb([self._specs[panel_id].title, *parts])

    @Slot(str)
    def notify(self, sentence: str) -> None:
        """Show a passing sentence at the bottom; nothing waits for it."""
        self.notice.show_message(sentence, "warn")
        self._notice_timer.start()

    # --- actions --------------------------------------------------------------------------------

    def _own_actions(self) -> list[Action]:
        found = [
            Action(
                f"go.{spec.id}",
                f"Go to {spec.title}",
                functools.partial(self.go, spec.id),
                spec.keys,
            )
            for spec in PANELS
        ]
        found += [
            Action(f"theme.{choice}", title, functools.partial(self._choose_theme, choice))
            for choice, title in _THEMES
        ]
        found.append(
            Action("palette.open", "Search or run a command", self._open_palette, "Ctrl+K")
        )
        found.append(Action("history.retry", "Try to save the history again", self._retry_saving))
        found.append(Action("window.close", "Quit", self._quit, "Ctrl+Q"))
        return found

    @Slot()
    def _quit(self) -> None:
        self.close()

    def _choose_theme(self, choice: ThemeChoice) -> None:
        self._settings.setValue("theme", choice)
        theme().choose(choice)

    @Slot()
    def _open_palette(self) -> None:
        self.palette_box.open_over(self)

    @Slot()
    def _show_settings(self) -> None:
        menu = QMenu(self)
        for choice, title in _THEMES:
            entry = menu.addAction(title)
            entry.setCheckable(True)
            entry.setChecked(theme().choice == choice)
            entry.triggered.connect(functools.partial(self._on_theme_entry, choice))
        menu.addSeparator()
        menu.addAction("Models and loading").triggered.connect(self._on_models_entry)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = self.rail.settings.mapToGlobal(self.rail.settings.rect().bottomRight())
        menu.popup(corner - QPoint(0, menu.sizeHint().height()))

    def _on_theme_entry(self, choice: ThemeChoice, _checked: bool = False) -> None:
        self._choose_theme(choice)

    @Slot()
    def _on_models_entry(self) -> None:
        self.go("models")

    def _search(self, text: str) -> None:
        self.bridge.call(
            lambda core: core.search(text),
            lambda hits: self.palette_box.show_hits(text, hits),
            owner=self,
        )

    def _open_hit(self, hit: SearchHit) -> None:
        if hit.kind == "run":
            self.go("history", run_id=hit.id)
        else:
            self.go("chat", conversation_id=hit.id)

    # --- the store ------------------------------------------------------------------------------

    @Slot(object)
    def _on_store(self, status: StoreStatus) -> None:
        self.status_bar.show_store(status)
        if status.problem:
            self.banner.show_message(status.problem, "bad", "Try again", self._retry_saving)
        elif status.recovered and not self.banner.message:
            self.banner.show_message(status.recovered, "warn")
        elif not status.recovered:
            self.banner.hide()

    def _retry_saving(self) -> None:
        self.bridge.call(lambda core: core.retry_saving())

    # --- session --------------------------------------------------------------------------------

    @Slot()
    def _on_opened(self) -> None:
        self.bridge.call(lambda core: core.get_state("session", {}), self._restore, owner=self)

    def _restore(self, sessions: Any) -> None:
        self._restored = True
        self._sessions = sessions if isinstance(sessions, dict) else {}
        for panel_id, panel in self.panels.items():
            panel.restore_session(self._sessions.get(panel_id, {}))
        self._session_timer.start()

    @Slot()
    def _save_session(self) -> None:
        if not self._restored:
            return
        state = self._sessions | {key: panel.save_session() for key, panel in self.panels.items()}
        if state != self._sessions:
            self._sessions = state
            self.bridge.call(lambda core: core.set_state("session", state))

    def _restore_geometry(self) -> None:
        saved = self._settings.value("geometry")
        if saved is not None and self.restoreGeometry(saved):
            screen = self.screen() or QGuiApplication.primaryScreen()
            if not screen.availableGeometry().intersects(self.frameGeometry()):
                self.resize(1440, 900)
                self.move(screen.availableGeometry().topLeft())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep everything, end the core, and go."""
        self._session_timer.stop()
        self._settings.setValue("geometry", self.saveGeometry())
        self._save_session()
        self.hide()
        self.bridge.stop()
        super().closeEvent(event)
