"""A part of a view that can be folded to its header."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton, QWidget

from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, row
from workbench.ui.theme import font, icon, theme


class Section(QFrame):
    """A header (chevron and title left, a note right) over a body.

    Args:
        title: the header.
        body: what is folded away.
        opened: whether it is open at first.
        stretch: whether the section takes the room that is left.
    """

    def __init__(
        self, title: str, body: QWidget, *, opened: bool = True, stretch: bool = False
    ) -> None:
        super().__init__()
        self.body = body
        self.stretches = stretch
        self.head = QToolButton()
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setIconSize(QSize(14, 14))
        self.head.setFont(font("body"))
        self.head.setProperty("bare", True)
        self.head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.head.clicked.connect(self._on_clicked)
        self.note = Label("", "small", "text-3", elide=True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._top = row(self.head, self.note, gap=8)
        self._top.setStretch(1, 1)
        layout = column(self._top, body, gap=4)
        if stretch:
            layout.setStretch(1, 1)
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setLayout(layout)
        self._opened = True
        self.set_title(title)
        self.set_open(opened)
        theme().changed.connect(self._recolour)

    @property
    def is_open(self) -> bool:
        """Whether the body is shown."""
        return self._opened

    def set_title(self, title: str) -> None:
        """Another header."""
        self.head.setText(title)
        self.head.setAccessibleName(title)

    def set_body(self, body: QWidget) -> None:
        """Another body; the former one is deleted."""
        layout = self.layout()
        assert layout is not None
        layout.removeWidget(self.body)
        self.body.deleteLater()
        self.body = body
        layout.addWidget(body)
        body.setVisible(self._opened)

    def add_control(self, control: QWidget) -> None:
        """Put something to press at the right of the header."""
        self._top.addWidget(control)

    def set_open(self, opened: bool) -> None:
        """Show the body or fold it away."""
        self._opened = opened
        self.body.setVisible(opened)
        self.head.setAccessibleDescription("open" if opened else "folded")
        self._recolour()

    @Slot()
    def _on_clicked(self) -> None:
        self.set_open(not self._opened)

    @Slot()
    def _recolour(self) -> None:
        name = "chevron-down" if self._opened else "chevron-right"
        self.head.setIcon(icon(name, "text-2"))
