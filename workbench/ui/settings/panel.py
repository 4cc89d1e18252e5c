"""The Settings page: appearance, chat, keys, sampling, folders, about."""

from __future__ import annotations

import functools
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from workbench.service import Workbench
from workbench.ui.actions import Action, ActionTable
from workbench.ui.kit import Chooser, column, row
from workbench.ui.panels import PANELS, Context, Panel
from workbench.ui.preferences import Preferences
from workbench.ui.settings.about import About, Log, Privacy
from workbench.ui.settings.appearance import Appearance
from workbench.ui.settings.chat import ChatGroup
from workbench.ui.settings.folders import Folders
from workbench.ui.settings.key_editor import Keys
from workbench.ui.settings.sampling import DefaultSampling
from workbench.ui.settings.storage import Data
from workbench.ui.settings.tokens import TokenGroup
from workbench.ui.settings.user_name import UserName
from workbench.ui.tasks import background, latest

_WIDTH = 760


class SettingsPanel(Panel):
    """All groups in one column; what is changed is applied and kept at once.

    Args:
        context: what every panel has.
        preferences: how the window looks.
        table: the commands, which are listed under Keys.
    """

    def __init__(self, context: Context, preferences: Preferences, table: ActionTable) -> None:
        super().__init__(context)
        self.appearance = Appearance(preferences)
        self.chat = ChatGroup()
        self.sampling = DefaultSampling(context.bridge)
        self.user_name = UserName()
        self.user_name.changed.connect(self._keep_name)
        self.folders = Folders()
        self.tokens = TokenGroup()
        self.data = Data(context.bridge, context.notify)
        self.keys = Keys(table, preferences, [(spec.id, spec.title) for spec in PANELS])
        self.privacy = Privacy()
        self.about = About()
        self.log = Log()
        self._described = False
        self.groups = (
            self.appearance, self.chat, self.user_name, self.sampling, self.folders, self.data,
            self.tokens,
            self.privacy, self.keys, self.about, self.log,
        )  # fmt: skip
        self.jump = Chooser("Go to a part of Settings", width=180)
        for group in self.groups:
            self.jump.add_choice(group.heading.text(), group)
        self.jump.setPlaceholderText("Go to a part")
        self.jump.setCurrentIndex(-1)
        self._build()
        self.jump.activated.connect(self._on_jump)
        self.privacy.servers_wanted.connect(self._show_servers)
        self.about.guide_wanted.connect(self._show_guide)
        self.log.wanted.connect(self._read_log)
        self.tokens.drop_wanted.connect(self._drop_alternatives)

    def _build(self) -> None:
        page = QWidget()
        page.setMaximumWidth(_WIDTH)
        page.setLayout(column(*self.groups, None, margins=(24, 24, 24, 48), gap=32))
        content = self._content = QWidget()
        content.setProperty("surface", "canvas")
        across = row(gap=0)
        across.addStretch(1)
        across.addWidget(page, 100)
        across.addStretch(1)
        content.setLayout(across)
        self.area = QScrollArea()
        self.area.setAccessibleName("Settings")
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(content)
        self.setLayout(column(self.area, gap=0))

    def actions_table(self) -> tuple[Action, ...]:
        """Each part of the page, by name."""
        return tuple(
            Action(id=f"settings.{group.heading.text().partition(' ')[0].lower()}",
                   title=f"Settings: {group.heading.text()}",
                   run=functools.partial(self.go_to, group), icon="settings")
            for group in self.groups
        )  # fmt: skip

    def top_widgets(self) -> tuple[QWidget, ...]:
        """A list of the parts."""
        return (self.jump,)

    def shown(self) -> None:
        """Read what may have changed."""
        self.breadcrumb_changed.emit([])
        self.keys.show_keys()
        self._read_log()
        if not self._described:
            self._described = True
            self._describe()
        self._read_servers()
        self.data.read()
        self._read_tokens()
        self._read_name()
        self.appearance.theme.setFocus()

    def go_to(self, group: QWidget) -> None:
        """Bring a part to the top of the view."""
        top = group.mapTo(self._content, group.rect().topLeft()).y()
        self.area.verticalScrollBar().setValue(top - 24)

    @latest
    async def _describe(self) -> None:
        async def ask(core: Workbench) -> dict[str, Any]:
            return core.doctor.describe()

        found = await self.bridge.ask(ask)
        self.folders.show_paths(found["paths"])
        self.about.show_program(found)

    @latest
    async def _read_servers(self) -> None:
        self.privacy.show_servers(await self.bridge.ask(lambda core: core.servers.all()))

    @latest
    async def _read_name(self) -> None:
        self.user_name.show_name(await self.bridge.ask(lambda core: core.profiles.user_name()))

    @background
    async def _keep_name(self, name: str) -> None:
        await self.bridge.ask(lambda core: core.profiles.set_user_name(name))

    @latest
    async def _read_tokens(self) -> None:
        self.tokens.show_storage(await self.bridge.ask(lambda core: core.tokens.storage()))

    @background
    async def _drop_alternatives(self, before: float) -> None:
        self.tokens.show_freed(await self.bridge.ask(lambda core: core.tokens.prune(before=before)))
        self._read_tokens()

    @latest
    async def _read_log(self) -> None:
        self.log.show_log(await self.bridge.ask(lambda core: core.doctor.read_log()))

    @Slot(int)
    def _on_jump(self, index: int) -> None:
        self.go_to(self.groups[index])
        self.jump.setCurrentIndex(-1)

    @Slot()
    def _show_servers(self) -> None:
        self.context.go("models", part="servers")

    @Slot()
    def _show_guide(self) -> None:
        self.context.go("help")
