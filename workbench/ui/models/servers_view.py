"""Servers: the list of them, and the form of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from workbench.domain.errors import WorkbenchError
from workbench.domain.servers import Server
from workbench.ui.bridge import Bridge
from workbench.ui.kit import EmptyState, IconButton, Label, Pane, Splitter, row
from workbench.ui.models.row_table import row_table
from workbench.ui.models.server_form import ServerForm
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.service import Workbench

_HEADINGS = ("Name", "Address", "Models", "At once")
_WHERE = (
    "Text is sent to a server only when one of its models runs. Keys are kept in the system's "
    "keyring, or until the program ends where there is none; never in the history."
)


class ServersView(Splitter):
    """Adds, tests and removes servers.

    Args:
        bridge: to the core.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(name="Servers and details")
        self._bridge = bridge
        self.servers: tuple[Server, ...] = ()
        self._number = 0
        """Of the server in the form: what is answered of another is not shown in it."""
        self.form = ServerForm()
        self.table = row_table("Servers", _HEADINGS, wide=1)
        self.table.currentCellChanged.connect(self._on_row)
        add = IconButton("plus", "Add a server")
        add.clicked.connect(self.new_server)
        self.empty = EmptyState(
            "No servers",
            "Models on a larger machine, or of a hosted service, can be used like your own.",
        )
        pane = Pane("Servers", "canvas")
        pane.header.addWidget(add)
        _add_all(pane.body, self.table, self.empty)
        pane.body.addLayout(row(Label(_WHERE, "small", "text-3", wrap=True),
                                margins=(16, 8, 16, 12)))  # fmt: skip
        pane.setMinimumWidth(480)
        self.addWidget(pane)
        self.addWidget(self.form)
        self.setStretchFactor(0, 1)
        self.setSizes([880, 440])
        self.form.test_wanted.connect(self._test)
        self.form.save_wanted.connect(self._save)
        self.form.remove_wanted.connect(self._remove)
        self.form.use_wanted.connect(self._use)

    @latest
    async def read(self) -> None:
        """Show the servers that are kept."""
        self._show(await self._bridge.ask(lambda core: core.servers.all()))

    @Slot()
    def new_server(self) -> None:
        """Show an empty form."""
        self._number += 1
        self.table.setCurrentCell(-1, -1)
        self.form.show_server(None)
        self.form.name.setFocus()

    def _show(self, servers: Sequence[Server]) -> None:
        """Fill the list; the server in the form stays chosen."""
        self.servers = tuple(servers)
        self.table.blockSignals(True)
        self.table.setRowCount(len(servers))
        for line, server in enumerate(servers):
            count = f"{len(server.models):,}"
            for column, text in enumerate(
                (server.name, server.base_url, count, str(server.concurrency))
            ):
                item = QTableWidgetItem(text)
                if column > 1:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                item.setToolTip(", ".join(server.models))
                self.table.setItem(line, column, item)
        self.table.blockSignals(False)
        self.table.setVisible(bool(servers))
        self.empty.setVisible(not servers)
        shown = self.form.server.name if self.form.server else ""
        names = [server.name for server in servers]
        if shown in names:
            self.table.selectRow(names.index(shown))

    @Slot(int, int, int, int)
    def _on_row(self, line: int, _column: int, _line: int, _old: int) -> None:
        if 0 <= line < len(self.servers):
            self._number += 1
            self.form.show_server(self.servers[line])

    @background
    async def _test(self, server: Server, key: str) -> None:
        number = self._number
        try:
            report = await self._bridge.ask(lambda core: core.servers.test(server, key))
        except WorkbenchError as error:
            self._show_error(number, error)
            return
        if number == self._number:
            self.form.show_report(report)

    def _show_error(self, number: int, error: WorkbenchError) -> None:
        if number == self._number:
            self.form.show_error(str(error))

    @background
    async def _save(self, server: Server, key: str) -> None:
        number = self._number

        async def save(core: Workbench) -> tuple[Server, str, tuple[Server, ...]]:
            words = await core.servers.add(server, key)
            kept = await core.servers.find(server.name)
            return kept, words, await core.servers.all()

        try:
            saved = await self._bridge.ask(save)
        except WorkbenchError as error:
            self._show_error(number, error)
            return
        kept, words, servers = saved
        self._number += 1
        self.form.show_server(kept)
        self._show(servers)
        self.form.show_saved(words)

    @background
    async def _remove(self, name: str) -> None:
        number = self._number

        async def remove(core: Workbench) -> tuple[Server, ...]:
            await core.servers.remove(name)
            return await core.servers.all()

        try:
            servers = await self._bridge.ask(remove)
        except WorkbenchError as error:
            self._show_error(number, error)
            return
        self.new_server()
        self._show(servers)

    @background
    async def _use(self, path: str) -> None:
        number = self._number
        try:
            await self._bridge.ask(lambda core: core.models.load(path))
        except WorkbenchError as error:
            self._show_error(number, error)


def _add_all(layout: QVBoxLayout, table: QTableWidget, empty: EmptyState) -> None:
    layout.addWidget(table, 1)
    layout.addWidget(empty, 1)
    table.hide()
