"""About: privacy, versions, and the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from workbench.domain.servers import Server
from workbench.ui.kit import Button, GhostButton, Label, row
from workbench.ui.settings.parts import Group
from workbench.ui.theme import font

_PRIVACY = (
    "Prompts, answers and chats are kept on this machine, in the folders above. The program sends "
    "nothing by itself: no statistics, no check for updates. It goes online in two cases: to get a "
    "model that you chose in Models, and to send a prompt to a server that you added there, when "
    "one of its models runs."
)
_LICENCES = (
    "Apache-2.0. Inter and JetBrains Mono: SIL Open Font License. Qt and PySide6: LGPL-3.0. "
    "llama.cpp: MIT."
)
_LOG_HEIGHT = 240


class Privacy(Group):
    """What leaves this machine and when.

    Signals:
        servers_wanted(): show the servers.
    """

    servers_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Privacy")
        self.servers = Label("", "body", "text-2", wrap=True)
        show = Button("Show the servers", "models")
        show.clicked.connect(self.servers_wanted)
        words = Label(_PRIVACY, "body", "text-2", wrap=True)
        self.add(words, self.servers, row(show, None))

    @Slot(object)
    def show_servers(self, servers: Sequence[Server]) -> None:
        """Name the servers that were added."""
        names = ", ".join(f"{server.name} ({server.base_url})" for server in servers)
        self.servers.setText(f"Servers: {names}." if names else "No server was added.")


class About(Group):
    """Versions and licences.

    Signals:
        guide_wanted(): open the guide.
    """

    guide_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("About")
        self.versions = Label("", "body", "text-2", wrap=True)
        self._copied = ""
        copy = GhostButton("Copy", "copy", tip="Copy the versions, for a report")
        copy.clicked.connect(self._copy)
        guide = Button("User guide", "info", keys="F1")
        guide.clicked.connect(self.guide_wanted)
        words = Label(_LICENCES, "small", "text-3", wrap=True)
        self.add(self.versions, words, row(guide, copy, None))

    @Slot(object)
    def show_program(self, found: Mapping[str, Any]) -> None:
        """Show what the core says of the program and this machine."""
        program, packages = found["program"], found["packages"]
        parts = [f"{name} {version}" for name, version in packages.items()]
        self._copied = "\n".join(
            [
                f"Prompt Workbench {program['version']}, Python {program['python']}",
                ", ".join(parts),
                f"{found['machine']['system']}, {found['machine']['processor']}",
            ]
        )
        self.versions.setText(self._copied)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._copied)


class Log(Group):
    """The end of the log.

    Signals:
        wanted(): read it again.
    """

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Log")
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("Log")
        self.text.setReadOnly(True)
        self.text.setFont(font("code-micro"))
        self.text.setFixedHeight(_LOG_HEIGHT)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setPlaceholderText("Nothing was written yet.")
        again = Button("Read again", "refresh")
        again.clicked.connect(self.wanted)
        copy = GhostButton("Copy", "copy", tip="Copy the log")
        copy.clicked.connect(self._copy)
        words = Label(
            "Errors with their causes. It holds no keys, and no texts of prompts or answers but "
            "those that an error names.",
            "small",
            "text-3",
            wrap=True,
        )
        self.add(words, self.text, row(again, copy, None))

    @Slot(str)
    def show_log(self, text: str) -> None:
        """Show the end of the log, its last line in view."""
        self.text.setPlainText(text)
        bar = self.text.verticalScrollBar()
        bar.setValue(bar.maximum())

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
