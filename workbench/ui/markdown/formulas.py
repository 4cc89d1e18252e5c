"""Formulas as the core drew them: asked for once, kept for all texts that have them."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.formulas import DrawnFormula, FormulaKey
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_KEPT = 2_000
_TOGETHER_MS = 50


class Formulas(QObject):
    """Formulas by their source. The core draws one at a time: a text is laid out again for many.

    Signals:
        drawn(): some that were not known before are, or cannot be drawn.
    """

    drawn = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._bridge: Bridge | None = None
        self._known: OrderedDict[FormulaKey, DrawnFormula | str] = OrderedDict()
        self._wanted: deque[FormulaKey] = deque()
        self._is_drawing = False
        self._soon = QTimer(self, singleShot=True, interval=_TOGETHER_MS)
        self._soon.timeout.connect(self.drawn)

    def use(self, bridge: Bridge | None) -> None:
        """Have formulas drawn by another core; what is known stays."""
        self._bridge = bridge
        self._wanted.clear()
        self._is_drawing = False
        self._soon.stop()

    def get(self, key: FormulaKey) -> DrawnFormula | str | None:
        """A formula, or why it cannot be drawn; None until that is known."""
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        elif self._bridge is not None and key not in self._wanted:
            self._wanted.append(key)
            self._draw()
        return found

    def is_known(self, key: FormulaKey) -> bool:
        """Whether :meth:`get` has an answer."""
        return key in self._known

    @background
    async def _draw(self) -> None:
        if self._is_drawing:
            return
        self._is_drawing = True
        bridge = self._bridge
        while bridge is not None and bridge is self._bridge and self._wanted:
            key = self._wanted[0]
            found: DrawnFormula | str
            try:
                found = await bridge.ask(_drawing(key))
            except WorkbenchError as error:
                found = str(error)
            if bridge is not self._bridge:
                return
            self._known[key] = found
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
            self._wanted.popleft()
            if not self._soon.isActive():
                self._soon.start()
        self._is_drawing = False


def _drawing(key: FormulaKey) -> Callable[[Workbench], Awaitable[DrawnFormula]]:
    return lambda core: core.rendering.draw_formula(key.source, display=key.display)


_formulas: Formulas | None = None


def formulas() -> Formulas:
    """The formulas of this program (made when first asked for)."""
    global _formulas  # noqa: PLW0603 - one for one application, as the theme
    if _formulas is None:
        _formulas = Formulas()
    return _formulas
