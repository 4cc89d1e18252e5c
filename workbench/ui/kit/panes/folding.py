"""Side panes that fold to a narrow header when there is no room for them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QStackedLayout, QWidget

from workbench.ui.kit.panes.layout import Splitter
from workbench.ui.theme import color, font, theme

STRIP = 36
_MOST = 16_777_215


class _Strip(QAbstractButton):
    """The header of a folded pane: its title from top to bottom. A press opens it."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.show_title(title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFixedWidth(STRIP)
        theme().changed.connect(self.update)

    def show_title(self, title: str) -> None:
        """Say what a press opens."""
        self.setAccessibleName(f"Open {title}")
        self.setToolTip(f"Open {title}")
        self.setText(title)

    def sizeHint(self) -> QSize:
        return QSize(STRIP, 120)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), color("hover" if self.underMouse() else "chrome"))
        if self.hasFocus():
            painter.setPen(QPen(color("focus"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5), 6, 6)
        picture = theme().pixmap("expand", "text-2", 14, self.devicePixelRatioF())
        painter.drawPixmap((STRIP - 14) // 2, 11, picture)
        painter.setFont(font("body-strong"))
        painter.setPen(color("text-2"))
        painter.translate(STRIP / 2, 36)
        painter.rotate(90)
        area = QRectF(0, -STRIP / 2, self.height() - 40, STRIP)
        painter.drawText(
            area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text()
        )


class FoldingPane(QFrame):
    """A pane that can be folded to a strip of :data:`STRIP` pixels with its title.

    Args:
        title: what the strip says.
        content: the pane.

    Signals:
        open_wanted(): the strip was pressed.
    """

    open_wanted = Signal()

    def __init__(self, title: str, content: QWidget) -> None:
        super().__init__()
        self.content = content
        self.strip = _Strip(title)
        self.strip.clicked.connect(self.open_wanted)
        self._layout = QStackedLayout()
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(self._layout)
        self._layout.addWidget(content)
        self._layout.addWidget(self.strip)
        self._folded = False

    @property
    def folded(self) -> bool:
        """Whether only the strip is shown."""
        return self._folded

    def room(self) -> int:
        """The least width with which the content is of use."""
        return max(self.content.minimumWidth(), self.content.minimumSizeHint().width())

    def fold(self, folded: bool) -> None:
        """Show the strip alone, or the content."""
        self._folded = folded
        self._layout.setCurrentWidget(self.strip if folded else self.content)
        self.setMaximumWidth(STRIP if folded else _MOST)
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        hint = self.content.minimumSizeHint()
        return QSize(STRIP if self._folded else self.room(), hint.height())


class FoldingSplitter(Splitter):
    """A centre with panes at its sides, which fold in order before the centre gets too narrow.

    A pane that the user folds stays so; one that was folded for lack of room opens by itself.

    Signals:
        folds_changed(): a pane was folded or opened.
    """

    folds_changed = Signal()

    def __init__(self, left: FoldingPane, centre: QWidget, right: FoldingPane) -> None:
        super().__init__(left, centre, right, name="Side panes and centre", keeps_shares=False)
        self._centre = centre
        self.panes = (left, right)
        self._by_hand: set[FoldingPane] = set()
        self._wanted = [224, 720, 414]
        for pane in self.panes:
            pane.open_wanted.connect(self._on_open_wanted)
            pane.installEventFilter(self)
        self.splitterMoved.connect(self._on_moved)

    # --- what is folded -------------------------------------------------------------------------

    def toggle(self, pane: FoldingPane) -> None:
        """Fold a pane, or open it; the other one makes room where there is too little."""
        if pane.folded:
            self._by_hand.discard(pane)
            self._arrange(keep=pane)
        else:
            self._by_hand.add(pane)
            self._arrange()

    def folded_by_hand(self) -> list[int]:
        """Which panes the user folded: 0 the left, 1 the right."""
        return [place for place, pane in enumerate(self.panes) if pane in self._by_hand]

    def restore(self, sizes: Iterable[int], folded: Iterable[int] = ()) -> None:
        """Put back what :meth:`wanted` and :meth:`folded_by_hand` gave."""
        found = [int(size) for size in sizes]
        if len(found) == len(self._wanted):
            self._wanted = found
        self._by_hand = {self.panes[place] for place in folded if place in (0, 1)}
        self._arrange()

    def wanted(self) -> list[int]:
        """The widths the user gave the panes, those that are folded now included."""
        return list(self._wanted)

    @Slot()
    def _on_open_wanted(self) -> None:
        pane = self.sender()
        if isinstance(pane, FoldingPane):
            self.toggle(pane)

    @Slot(int, int)
    def _on_moved(self, _place: int, _index: int) -> None:
        for place, size in enumerate(self.sizes()):
            pane = self.widget(place)
            if not (isinstance(pane, FoldingPane) and pane.folded):
                self._wanted[place] = size

    def _arrange(self, keep: FoldingPane | None = None) -> None:
        """Fold what the user folded and what there is no room for, and open the rest."""
        least = max(self._centre.minimumWidth(), self._centre.minimumSizeHint().width())
        left = self.width() - least - 2 * self.handleWidth()
        folded = set(self._by_hand)
        order = sorted(self.panes, key=lambda pane: pane is keep)
        for pane in order:
            taken = sum(STRIP if each in folded else each.room() for each in self.panes)
            if taken > left:
                folded.add(pane)
        changed = [pane for pane in self.panes if pane.folded != (pane in folded)]
        for pane in changed:
            pane.fold(pane in folded)
        if changed or keep is None:
            self._share(folded)
        if changed:
            self.folds_changed.emit()

    def _share(self, folded: set[FoldingPane]) -> None:
        """The wanted widths; the centre has what is left."""
        first, _, last = self._wanted
        sides = [
            STRIP if p in folded else size
            for p, size in zip(self.panes, (first, last), strict=True)
        ]
        self.setSizes([sides[0], max(0, self.width() - sum(sides)), sides[1]])

    # --- Qt -------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """With both panes folded: the window may be as narrow as that."""
        least = max(self._centre.minimumWidth(), self._centre.minimumSizeHint().width())
        return QSize(least + 2 * STRIP + 2 * self.handleWidth(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._arrange()
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again when a tool that needs more room is shown in a pane."""
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._arrange_if_tight()
        return super().eventFilter(watched, event)

    def _arrange_if_tight(self) -> None:
        least = max(self._centre.minimumWidth(), self._centre.minimumSizeHint().width())
        open_panes = [pane for pane in self.panes if not pane.folded]
        taken = sum(pane.room() for pane in open_panes) + STRIP * (2 - len(open_panes))
        if taken > self.width() - least - 2 * self.handleWidth():
            self._arrange(keep=self.panes[1])
