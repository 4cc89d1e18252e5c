"""Compares with another evaluation: chooses one, and says that its verdicts are shown."""

from __future__ import annotations

import datetime as dt
from functools import partial

from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QWidget

from workbench.domain.evaluation.results import EvaluationSummary
from workbench.ui.bridge import Bridge
from workbench.ui.evaluate.comparing import Comparing
from workbench.ui.kit import GhostButton, Label, row
from workbench.ui.kit.menu import Menu
from workbench.ui.tasks import latest

_MOST = 40
_NONE = "There is no other evaluation in the history."


class EarlierBar(QFrame):
    """Shown while another evaluation is compared with.

    Args:
        bridge: to the core.
        comparing: what it shows.
    """

    def __init__(self, bridge: Bridge, comparing: Comparing) -> None:
        super().__init__()
        self._bridge, self._comparing = bridge, comparing
        self.setProperty("surface", "raised")
        self.setProperty("rule", "bottom")
        self.words = Label("", "small", "text-2", elide=True)
        self.end = GhostButton("Compare with the baseline again", "close")
        self.end.clicked.connect(self._end)
        layout = row(self.words, self.end, margins=(16, 4, 8, 4))
        layout.setStretch(0, 1)
        self.setLayout(layout)
        comparing.changed.connect(self._refresh)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        earlier = self._comparing.earlier
        self.setVisible(earlier is not None)
        if earlier is None:
            return
        when = when_text(earlier.summary.updated_at)
        text = f"Each variant against itself in “{earlier.summary.name}” of {when}."
        if earlier.missing:
            text += f" It has no {', '.join(earlier.missing)}."
        self.words.setText(text)

    @Slot()
    def _end(self) -> None:
        self._comparing.compare_with(None)

    @latest
    async def choose(self, anchor: QWidget, evaluation_id: int) -> None:
        """Open a menu of the other evaluations.

        Args:
            anchor: next to which it opens.
            evaluation_id: of the one that is open, which is not offered.
        """
        found = await self._bridge.ask(lambda core: core.evaluations.all())
        menu = self.menu_of([each for each in found if each.evaluation_id != evaluation_id])
        menu.popup(anchor.mapToGlobal(QPoint(0, anchor.height())))

    def menu_of(self, others: list[EvaluationSummary]) -> Menu:
        """The menu of evaluations to compare with, newest first."""
        menu = Menu("Compare with", self)
        menu.aboutToHide.connect(menu.deleteLater)
        for each in others[:_MOST]:
            action = QAction(f"{each.name}   {when_text(each.updated_at)}", menu)
            action.triggered.connect(partial(self._comparing.compare_with, each))
            menu.addAction(action)
        if not others:
            action = QAction(_NONE, menu)
            action.setEnabled(False)
            menu.addAction(action)
        return menu


def when_text(at: float) -> str:
    """When an evaluation was last worked on, local time."""
    then = dt.datetime.fromtimestamp(at)  # noqa: DTZ006 - shown as local time
    return f"{then.day} {then:%B %Y, %H:%M}"
