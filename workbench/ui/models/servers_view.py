"""Servers: the list of them, and the form of one."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from workbench.domain.errors import WorkbenchError
from workbench.domain.servers import Server, ServerReport
from workbench.ui.bridge import Bridge
from workbench.ui.models.row_table import row_table
from workbench.ui.models.server_form import ServerForm
from workbench.ui.widgets import EmptyState, IconButton, Label, Pane, Splitter, row

if TYPE_CHECKING:
    from workbench.service import Workbench

_HEADINGS = ("Name", "Address", "Models", "At once")
_WHERE = (
    "Text is sent to a server only when one of its models runs. Keys are kept in the system's "
    "keyring, never in the history."
)


class ServersView(Splitter):
    """Adds, tests and removes servers.

    Args:
        bridge: to the core.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.servers: tuple[Server, ...] = ()
        self._number = 0
        self.form = ServerForm()
        self.table = row_table("Servers", _HEADINGS, wide=1)
        self.table.currentCellChanged.connect(self._on_row)
        add = IconButton("plus", "Add a server")
        add.clicked.connect(self.new_server)
        self.empty = EmptyState(
            "No servers",
            "Models on a larger machine, or of a hosted service, can be used beside your own.",
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

    @Slot()
    def read(self) -> None:
        """Show the servers that are kept."""
        self._bridge.call(lambda core: core.servers(), self._show, owner=self)

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

    @Slot(object, str)
    def _test(self, server: Server, key: str) -> None:
        number = self._number
        self._bridge.call(
            lambda core: core.test_server(server, key),
            functools.partial(self._on_report, number),
            functools.partial(self._on_error, number),
            owner=self,
        )

    def _on_report(self, number: int, report: ServerReport) -> None:
        if number == self._number:
            self.form.show_report(report)

    def _on_error(self, number: int, error: WorkbenchError) -> None:
        if number == self._number:
            self.form.show_error(str(error))

    @Slot(object, str)
    def _save(self, server: Server, key: str) -> None:
        async def save(core: Workbench) -> tuple[Server, str, tuple[Server, ...]]:
            said = await core.add_server(server, key)
            kept = await core.find_server(server.name)
            return kept, said, await core.servers()

        self._bridge.call(
            save, self._on_saved, functools.partial(self._on_error, self._number), owner=self
        )

    def _on_saved(self, saved: tuple[Server, str, tuple[Server, ...]]) -> None:
        server, said, servers = saved
        self._number += 1
        self.form.show_server(server)
        self._show(servers)
        self.form.show_saved(said)

    @Slot(str)
    def _remove(self, name: str) -> None:
        async def remove(core: Workbench) -> tuple[Server, ...]:
            await core.remove_server(name)
            return await core.servers()

        self._bridge.call(
            remove, self._on_removed, functools.partial(self._on_error, self._number), owner=self
        )

    def _on_removed(self, servers: tuple[Server, ...]) -> None:
        self.new_server()
        self._show(servers)

    @Slot(str)
    def _use(self, path: str) -> None:
        self._bridge.call(
            lambda core: core.load_model(path),
            None,
            functools.partial(self._on_error, self._number),
            owner=self,
        )


def _add_all(layout: QVBoxLayout, table: QTableWidget, empty: EmptyState) -> None:
    layout.addWidget(table, 1)
    layout.addWidget(empty, 1)
    table.hide()
