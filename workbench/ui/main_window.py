"""The window: rail, stack of workspaces, palette. It knows no workspace by name."""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QScreen
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QMainWindow,
    QStackedWidget,
    QWidget,
)

from workbench.domain.finding import FoundItem, FoundKind
from workbench.domain.views import StoreStatus
from workbench.ui.actions import Action, ActionTable
from workbench.ui.bindings import set_scope
from workbench.ui.bridge import Bridge
from workbench.ui.command_palette import CommandPalette, PaletteSource
from workbench.ui.first_paint import FirstPaint, keep_picture, take_picture
from workbench.ui.frame import Rail, StatusBar, TopBar
from workbench.ui.kit import Banner, column, row
from workbench.ui.kit.banner import Tone
from workbench.ui.leaving import Leaving
from workbench.ui.markdown.code_look import code_look
from workbench.ui.markdown.formulas import formulas
from workbench.ui.panels import HELP, PANELS, Context, Panel, PanelSpec
from workbench.ui.preferences import Preferences
from workbench.ui.protection.unlocking import Unlocking
from workbench.ui.starting import Starting
from workbench.ui.tasks import Task, background, latest
from workbench.ui.theme import ThemeChoice

_SMALLEST = (1100, 700)
_USUAL = (1440, 900)
_TITLE_BAR = 32
"""What a window manager adds at the top, at most as far as known."""
_SESSION_MS = 250
_NOTICE_MS = 6000
_MAKING_MS = 150
"""Pause between workspaces that are made in the background: each takes about 0.1 s."""
_log = logging.getLogger(__name__)
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
        self.preferences = Preferences(settings, self)
        settings_page = PanelSpec("settings", "Settings", "settings", "Ctrl+,", self._make_settings)
        self.specs = {spec.id: spec for spec in (*PANELS, HELP, settings_page)}
        self.panels: dict[str, Panel] = {}
        self._sessions: dict[str, dict[str, object]] = {}
        self._current = ""
        self._before = PANELS[0].id
        """The workspace to which Settings and Help go back."""
        self._restored = False
        self._recovery_shown = False
        self.keeps_session = True
        """False where another window of the folder keeps where one was."""
        self.starting, self.unlocking = Starting(self, bridge), Unlocking(self, bridge)
        self.leaving = Leaving(self, bridge, self._at_work, self._unsaved)
        self._used: set[str] = set()
        """Workspaces that were shown: they have their session back, and keep it."""
        self.setWindowTitle("Prompt Workbench")
        self.setMinimumSize(*_SMALLEST)
        self.actions_table = ActionTable(self, self._show_workspace, self.preferences.keys)
        self.actions_table.refused.connect(self.notify)
        self._build()
        self._context = Context(
            bridge=bridge, go=self.go, notify=self.notify, commands=self.actions_table.all
        )
        self.actions_table.add(self._own_actions())
        self._sought = ""
        self._finding: list[Task] = []
        source = PaletteSource(self._find, self._open_item, self._title_of, lambda: self._current)
        self.palette_box = CommandPalette(self, self.actions_table, source)
        formulas().use(bridge)
        code_look().bridge = bridge
        bridge.engine_changed.connect(self.status_bar.show_engine)
        bridge.store_changed.connect(self._on_store)
        bridge.failed.connect(self.notify)
        bridge.opened.connect(self._on_opened)
        self._session_timer = QTimer(self, interval=_SESSION_MS)
        self._session_timer.timeout.connect(self._save_session)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)
        self._making = QTimer(self, singleShot=True, interval=_MAKING_MS)
        self._making.timeout.connect(self._make_next)
        self._restore_geometry()
        place = str(settings.value("panel", "design")) if self._knows(settings) else "design"
        self.go(place)
        seen = take_picture(self._picture_file, place)
        if seen is not None:
            self.top.show_breadcrumb(seen.breadcrumb)
        self.first_paint.cover(seen.picture if seen is not None else None)

    @property
    def _picture_file(self) -> Path:
        return Path(self._settings.fileName()).parent / "last-window.png"

    def _knows(self, settings: QSettings) -> bool:
        return str(settings.value("panel", "design")) in self.specs

    def _build(self) -> None:
        self.rail = Rail(PANELS, self.specs["settings"])
        self.rail.chosen.connect(self.go)
        self.top = TopBar()
        self.top.search.clicked.connect(self._open_palette)
        self.stack = QStackedWidget()
        self.first_paint = FirstPaint(self.stack, self.bridge)
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
        """Show a workspace, with the focus where work goes on there, and hand it a request."""
        self.first_paint.go()  # another place than that of the last session is shown as it is
        panel = self._panel(panel_id)
        if self._current in self.rail.work:
            self._before = self._current
        self._current = panel_id
        self.stack.setCurrentWidget(panel)
        self.rail.show_current(panel_id)
        self.top.show_controls(panel.top_widgets())
        self._settings.setValue("panel", panel_id)
        if panel_id not in self._used:
            self._used.add(panel_id)
            if self._restored:
                self._restore_panel(panel_id)
        source = self.panels.get(panel.follows) if panel.follows in self._used else None
        if source is not None and not request and (offer := source.offer()):
            panel.follow(offer)
        home = panel.home()
        if home is not None and home.isVisibleTo(panel):  # now: keys may be waiting already
            home.setFocus()
        panel.shown()
        if request:
            panel.handle(request)

    def _show_workspace(self, panel_id: str) -> None:
        """Where an action is going to act; nothing changes where it is shown already."""
        if panel_id != self._current:
            self.go(panel_id)

    def _panel(self, panel_id: str) -> Panel:
        if panel_id not in self.panels:
            spec = self.specs[panel_id]
            panel = spec.make(self._context)
            for part in (panel, *panel.top_widgets()):
                set_scope(part, panel_id)
            self.panels[panel_id] = panel
            self.stack.addWidget(panel)
            panel.breadcrumb_changed.connect(functools.partial(self._on_breadcrumb, panel_id))
            if panel_id in self.rail.work:
                panel.busy_changed.connect(self.rail.buttons[panel_id].set_busy)
            else:
                leave = f"Leave {spec.title}"
                back = Action(id=f"{panel_id}.close", title=leave, run=self._go_back, keys="Esc")
                self.actions_table.add([back], panel, panel_id)
            self.actions_table.add(panel.actions_table(), panel, panel_id)
            panel.actions_made.connect(functools.partial(self._on_actions, panel_id))
        return self.panels[panel_id]

    def _on_actions(self, panel_id: str, actions: tuple[Action, ...], part: QWidget) -> None:
        self.actions_table.add(actions, part, panel_id)

    @Slot()
    def _make_next(self) -> None:
        """Make a workspace that was not shown yet, so that its commands can be found."""
        missing = [panel_id for panel_id in self.specs if panel_id not in self.panels]
        if missing:
            self._panel(missing[0])
        if len(missing) > 1:
            self._making.start()

    def _make_settings(self, context: Context) -> Panel:
        from workbench.ui.settings.panel import SettingsPanel  # noqa: PLC0415 - when it is shown

        return SettingsPanel(context, self.preferences, self.actions_table)

    def _go_back(self) -> None:
        self.go(self._before)

    def _show_help(self) -> None:
        self.go("help", place=self._current if self._current in self.rail.work else self._before)

    def make_all(self) -> None:
        """Make all pages that were not shown yet, and their parts."""
        for panel_id in self.specs:
            self._panel(panel_id).make_parts()

    @Slot(QWidget, QWidget)
    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        """Keep the focus from falling to whatever button comes next when its control goes away.

        Return would press that button, and it may be Delete.
        """
        if old is None or (old.isVisible() and old.isEnabled()):
            return
        panel = self.panels.get(self._current)
        if panel is not None and isinstance(new, QAbstractButton) and self.isAncestorOf(new):
            home = panel.home()
            if home is not None and home.isVisible():
                home.setFocus()

    def _on_breadcrumb(self, panel_id: str, parts: list[str]) -> None:
        if panel_id == self._current:
            self.top.show_breadcrumb([self.specs[panel_id].title, *parts])

    @Slot(str)
    def notify(self, sentence: str, tone: Tone = "warn") -> None:
        """Show a passing sentence at the bottom; nothing waits for it."""
        self.notice.show_message(sentence, tone)
        self._notice_timer.start()

    # --- actions --------------------------------------------------------------------------------

    def _own_actions(self) -> list[Action]:
        choose = self.preferences.choose_theme
        step = self.preferences.step_text
        return [
            *(
                Action(id=f"go.{spec.id}", title=f"Go to {spec.title}",
                       run=functools.partial(self.go, spec.id), keys=spec.keys, icon=spec.icon)
                for spec in self.specs.values()
                if spec is not HELP
            ),
            *(
                Action(id=f"theme.{choice}", title=title, run=functools.partial(choose, choice))
                for choice, title in _THEMES
            ),
            Action(id="text.larger", title="Larger text", run=functools.partial(step, 1),
                   keys="Ctrl++", more_keys=("Ctrl+=",)),
            Action(id="text.smaller", title="Smaller text", run=functools.partial(step, -1),
                   keys="Ctrl+-"),
            Action(id="text.normal", title="Text in its normal size",
                   run=functools.partial(step, 0), keys="Ctrl+0"),
            Action(id="help.show", title="Help: keys and user guide", run=self._show_help,
                   keys="F1", icon="info"),
            Action(id="palette.open", title="Search or run a command", run=self._open_palette,
                   keys="Ctrl+K"),
            Action(id="history.retry", title="Try to save the history again",
                   run=self._retry_saving),
            Action(id="window.close", title="Quit", run=self._quit, keys="Ctrl+Q"),
        ]  # fmt: skip

    @Slot()
    def _quit(self) -> None:
        self.close()

    @Slot()
    def _open_palette(self) -> None:
        self.make_all()
        self.bridge.call(lambda core: core.finder.prepare())
        self.palette_box.open()

    def _title_of(self, panel_id: str) -> str:
        return self.specs[panel_id].title if panel_id in self.specs else ""

    def _find(self, text: str) -> None:
        """Look for ``text`` everywhere; what was looked for before is no longer wanted."""
        self._sought = text
        for asked in self._finding:
            asked.cancel()
        self._finding = [self._find_kind(text, kind) for kind in get_args(FoundKind)]

    @background
    async def _find_kind(self, text: str, kind: FoundKind) -> None:
        found = await self.bridge.ask(lambda core: core.finder.find(text, kind))
        self.palette_box.show_found(text, kind, found)

    def _open_item(self, item: FoundItem) -> None:
        if item.kind == "prompt":
            self.go("design", path=item.id)
        elif item.kind == "chat":
            place = {"message_id": item.message_id, "words": self._sought}
            self.go("chat", conversation_id=int(item.id), **place)
        elif item.kind == "model":
            self.go("models", path=item.id)
        else:
            self.go("history", run_id=int(item.id))

    # --- the store ------------------------------------------------------------------------------

    @Slot(object)
    def _on_store(self, status: StoreStatus) -> None:
        self.status_bar.show_store(status)
        self.palette_box.show_indexed(status.indexed)
        if status.is_held:
            self.banner.show_message(status.problem, "warn", "Try again", self.starting.try_again)
        elif status.read_only:
            self.banner.show_message(
                status.problem, "bad", "Choose another folder…", self.starting.choose_folder
            )
        elif status.problem:
            self.banner.show_message(status.problem, "bad", "Try again", self._retry_saving)
        elif status.recovered and not self._recovery_shown:
            self._recovery_shown = True
            self.banner.show_message(status.recovered, "warn")
        elif self.banner.message != status.recovered:
            self.banner.hide()

    def show_store(self) -> None:
        """Say again what is wrong with the history."""
        self._on_store(self.bridge.store_status)

    def _retry_saving(self) -> None:
        self.bridge.call(lambda core: core.history.retry())

    # --- session --------------------------------------------------------------------------------

    @latest
    async def _on_opened(self) -> None:
        sessions = await self.bridge.ask(lambda core: core.session.get("session", {}))
        self._restored = True
        self._sessions = sessions if isinstance(sessions, dict) else {}
        for panel_id in self._used:
            self._restore_panel(panel_id)
        self.status_bar.show_engine(self.bridge.engine_status)
        self.first_paint.restored()
        self.starting.ready()
        self._session_timer.start()
        self._making.start()

    def _restore_panel(self, panel_id: str) -> None:
        """Give a workspace its session back; a damaged one keeps nothing else from working."""
        state = self._sessions.get(panel_id)
        try:
            self.panels[panel_id].restore_session(state if isinstance(state, dict) else {})
        except Exception:
            _log.exception("the session of %s cannot be used", panel_id)
            title = self.specs[panel_id].title
            self.notify(f"Where you were in {title} could not be restored.")

    @Slot()
    def _save_session(self) -> None:
        if not self._restored or not self.keeps_session:
            return
        used = {panel_id: self.panels[panel_id].save_session() for panel_id in self._used}
        state = self._sessions | used
        if state != self._sessions:
            self._sessions = state
            self.bridge.call(lambda core: core.session.keep("session", state))

    def _restore_geometry(self) -> None:
        """As it was left; at the first time in the middle of the screen, as large as it allows."""
        saved = self._settings.value("geometry")
        if saved is not None and self.restoreGeometry(saved):
            screen = self.screen() or QGuiApplication.primaryScreen()
            if not screen.availableGeometry().intersects(self.frameGeometry()):
                self._fit(screen)
        else:
            self._fit(QGuiApplication.primaryScreen())

    def _fit(self, screen: QScreen) -> None:
        """A size that leaves room for the frame; on a small screen the window fills it."""
        room = screen.availableGeometry().adjusted(0, 0, 0, -_TITLE_BAR)
        size = QSize(*_USUAL).boundedTo(room.size())
        self.setMinimumSize(QSize(*_SMALLEST).boundedTo(room.size()))
        self.resize(size)
        self.move(room.center() - self.rect().center())
        if size != QSize(*_USUAL):
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep everything, end the core, and go; stay where something would be lost."""
        self._save_session()
        if not self.leaving.may_leave():
            event.ignore()
            return
        self._session_timer.stop()
        self._settings.setValue("geometry", self.saveGeometry())
        is_all_kept = not self._at_work() and not self._unsaved()  # no picture of what is lost
        may_keep = self.keeps_session and not self.bridge.store_status.is_encrypted
        if may_keep and self.first_paint.isHidden() and is_all_kept:
            keep_picture(self._picture_file, self.stack, self._current, self.top.breadcrumb)
        self.starting.end()
        self.hide()
        self.bridge.stop()
        super().closeEvent(event)

    def _at_work(self) -> list[str]:
        return [words for panel in self.panels.values() if (words := panel.at_work())]

    def _unsaved(self) -> list[str]:
        return [words for panel in self.panels.values() if (words := panel.unsaved())]
