"""What a search finds: hits, with their kinds and days."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit

from workbench.domain.searching import (
    MOST_COUNTED,
    MOST_RANKED,
    SearchFilter,
    SearchKind,
    SearchOrder,
    building,
    counted,
)
from workbench.domain.text import seconds_text
from workbench.domain.views import StrategyInfo
from workbench.ui.history.hits.hits_a_day import HitsADay
from workbench.ui.history.hits.hits_list import HitsList
from workbench.ui.history.hits.hits_model import KIND_TITLES, HitsModel
from workbench.ui.kit import EmptyState, GhostButton, Label, Segmented, column, row
from workbench.ui.kit.panes.flow import FlowLayout

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_ORDERS: tuple[tuple[SearchOrder, str], ...] = (("newest", "Newest first"), ("best", "Best match"))
_AGAIN_MS = 1000


class HitsPane(QFrame):
    """Hits of the words that are searched, with a button for each kind and a bar for each day.

    Signals:
        cleared(): all is to be shown again.
        day_wanted(float, float): only hits from a time until another.
    """

    cleared = Signal()
    day_wanted = Signal(float, float)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._words = ""
        self._wanted = SearchFilter()
        self._is_new = False
        """Whether what was asked last has not been shown yet."""
        self.kind: SearchKind | None = None
        self.model = HitsModel(bridge)
        self.model.setParent(self)
        self.list = HitsList(self.model)
        self.kinds: dict[SearchKind | None, GhostButton] = {}
        self.order = Segmented("Order of the hits", [title for _, title in _ORDERS])
        self.count = Label("", "small", "text-3", elide=True)
        self.days = HitsADay()
        self.notice = Label("", "small", "warn", wrap=True)
        self.notice.setContentsMargins(16, 6, 16, 6)
        self.nothing = EmptyState(
            "Nothing found", "No text has these words and filters.", "Show everything", "close"
        )
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        """While the index is being filled the search is done again."""
        self._lay_out()
        self._again.timeout.connect(self.model.search)
        self.model.filled.connect(self._on_filled)
        self.order.chosen.connect(self._on_order)
        self.days.chosen.connect(self.day_wanted)
        self.nothing.button.clicked.connect(self._on_clear)

    def _lay_out(self) -> None:
        chips = QFrame()
        flow = FlowLayout()
        group = QButtonGroup(self)
        for kind, title in KIND_TITLES:
            button = GhostButton(title)
            button.setCheckable(True)
            button.setChecked(kind is None)
            button.setAccessibleName(f"Where: {title}")
            button.clicked.connect(functools.partial(self._on_kind, kind))
            group.addButton(button)
            flow.addWidget(button)
            self.kinds[kind] = button
        chips.setLayout(flow)
        bar = QFrame()
        bar.setProperty("rule", "bottom")
        below = row(self.count, None, self.order, gap=8)
        below.setStretch(0, 1)
        bar.setLayout(column(chips, below, margins=(16, 4, 12, 6), gap=4))
        layout = column(bar, self.notice, self.days, self.list, self.nothing, gap=0)
        layout.setStretch(3, 1)
        self.setLayout(layout)
        for part in (self.notice, self.nothing, self.days):
            part.hide()

    def show_strategies(self, strategies: tuple[StrategyInfo, ...]) -> None:
        """Titles and colours of the strategies."""
        self.model.show_strategies(strategies)

    def look_for(self, words: str, wanted: SearchFilter) -> None:
        """Search; the kind that is chosen is kept."""
        self._words, self._wanted = words, wanted
        self._search()

    def reach_from(self, box: QLineEdit) -> None:
        """Down and Enter in a box of words go to the hits."""
        box.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = isinstance(watched, QLineEdit) and event.type() == QEvent.Type.KeyPress
        keys = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if pressed and self.isVisible() and isinstance(event, QKeyEvent) and event.key() in keys:
            self.list.take_focus()
            return True
        return super().eventFilter(watched, event)

    def show_kind(self, kind: SearchKind | None) -> None:
        """Search in one kind of place; None is everywhere."""
        self.kinds[kind].setChecked(True)
        self.kind = kind
        self._search()

    def _search(self) -> None:
        self._again.stop()
        self._is_new = True
        wanted = self._wanted
        if self.kind is not None:
            values = {name: getattr(wanted, name) for name in wanted.__struct_fields__}
            wanted = SearchFilter(**{**values, "kinds": (self.kind,)})
        self.model.look_for(self._words, wanted, _ORDERS[self.order.index][0])

    def _on_kind(self, kind: SearchKind | None, _checked: bool = False) -> None:
        self.kind = kind
        self._search()

    @Slot(int)
    def _on_order(self, _index: int) -> None:
        self._search()

    @Slot()
    def _on_clear(self) -> None:
        self.kinds[None].setChecked(True)
        self.kind = None
        self.cleared.emit()

    @Slot()
    def _on_filled(self) -> None:
        page = self.model.page
        words = [counted(page.count), seconds_text(page.seconds) if page.seconds >= 0.1 else ""]
        if not words[1]:
            words[1] = f"{max(round(page.seconds * 1000), 1)} ms"
        if self.order.index == 1 and not page.is_ranked and page.hits:
            words.append(f"newest first: there are more than {MOST_RANKED:,}")
        self.count.setText(", ".join(words))
        for kind, title in KIND_TITLES:
            found = page.by_kind.get(kind, 0) if kind is not None else 0
            shown = f"{MOST_COUNTED:,}+" if found > MOST_COUNTED else f"{found:,}"
            button = self.kinds[kind]
            button.set_text(f"{title} {shown}" if kind is not None and found else title)
            button.setVisible(kind is None or bool(found) or kind == self.kind)
        self.days.show_days(page.days if page.hits else ())
        self.list.setVisible(bool(page.hits))
        self.nothing.setVisible(not page.hits and page.is_whole)
        self.notice.setVisible(not page.is_whole)
        if not page.is_whole:
            self.notice.setText(building(page))
            self._again.start()
        if self._is_new:
            self._is_new = False
            self.list.scrollToTop()
