"""The alternatives of a token, over the text that it is in: by pointer and by keys."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.text import Token
from workbench.ui.chat.tokens.token_part import TokenPart
from workbench.ui.tree.inspector.alternatives import Alternatives

_HOVER_MS = 300
_NOT_KEPT = "Alternatives were not kept for this answer: Score asks the model for them."


class TokenPopover(QObject):
    """Shows alternatives when the pointer rests on a token, or Return or a digit asks for them.

    Args:
        page: what they lie over.
        ending: what goes on from a token: "as a new branch".

    Signals:
        fork_wanted(TokenPart, int, str): go on from that token with this text in its place.
    """

    fork_wanted = Signal(object, int, str)

    def __init__(self, page: QWidget, ending: str) -> None:
        super().__init__(page)
        self._page = page
        self.over = Alternatives(
            page, verb="Go on with", ending=ending, missing=_NOT_KEPT, chooses_by_click=True
        )
        self.over.fork_wanted.connect(self._on_fork)
        self.over.closed.connect(self._on_closed)
        self._at: tuple[TokenPart, int] | None = None
        """The token that the alternatives are of."""
        self._hovered: tuple[TokenPart, int] | None = None
        self._by_pointer = False
        self._hover = QTimer(self, singleShot=True, interval=_HOVER_MS)
        self._hover.timeout.connect(self._on_hover)
        self._away = QTimer(self, singleShot=True, interval=_HOVER_MS)
        self._away.timeout.connect(self._on_away)

    def attach(self, part: TokenPart) -> None:
        """Show alternatives of an answer."""
        part.text.pointed.connect(self._on_pointed)
        part.text.walked.connect(self._on_walked)
        part.text.entered.connect(self._on_entered)
        part.text.digit.connect(self._on_digit)
        part.text.left.connect(self._on_left)
        part.destroyed.connect(self.hide)

    @Slot()
    def hide(self) -> None:
        """Show none."""
        self._hover.stop()
        self._at = self._hovered = None
        self.over.hide()

    def close(self) -> bool:
        """Put the alternatives away and go back to the text; whether there were some."""
        if self.over.isHidden():
            return False
        self._on_closed()
        return True

    def _sender(self) -> TokenPart | None:
        sent: QObject | None = self.sender()
        while sent is not None and not isinstance(sent, TokenPart):
            sent = sent.parent()
        return sent

    # --- by pointer -----------------------------------------------------------------------------

    @Slot(int)
    def _on_pointed(self, index: int) -> None:
        part = self._sender()
        self._hover.stop()
        if part is None or index < 0:
            self._hovered = None
            self._away.start()
            return
        self._hovered = (part, index)
        self._hover.start()

    @Slot()
    def _on_hover(self) -> None:
        if self._hovered is not None and not self._is_used():
            self._open(*self._hovered)
            self._by_pointer = True

    @Slot()
    def _on_away(self) -> None:
        """The pointer is on no token any more; on the alternatives it keeps them."""
        if self._by_pointer and self._hovered is None and not self._is_used():
            if self.over.underMouse():
                self._away.start()
            else:
                self.over.hide()

    def _is_used(self) -> bool:
        """Whether somebody is at work in the alternatives by keys."""
        focus = self.over.focusWidget()
        return self.over.isVisible() and focus is not None and focus.hasFocus()

    # --- by keys --------------------------------------------------------------------------------

    @Slot(int)
    def _on_walked(self, index: int) -> None:
        part = self._sender()
        if part is not None and self.over.isVisible():
            self._open(part, index)

    @Slot(int)
    def _on_entered(self, index: int) -> None:
        part = self._sender()
        if part is not None:
            self._open(part, index)
            rows = self.over.rows
            (rows if rows.choices else self.over.other).setFocus()

    @Slot(int, int)
    def _on_digit(self, index: int, number: int) -> None:
        part = self._sender()
        if part is None:
            return
        self._open(part, index)
        if number <= len(self.over.rows.choices):
            self.over.rows.choose(number - 1)
            self.over.rows.setFocus()

    @Slot()
    def _on_left(self) -> None:
        if not self.over.underMouse():
            QTimer.singleShot(0, self, self._hide_unless_used)

    @Slot()
    def _hide_unless_used(self) -> None:
        if not self._is_used():
            self.over.hide()

    # --- the alternatives -----------------------------------------------------------------------

    def _open(self, part: TokenPart, index: int) -> None:
        """Show the alternatives of a token under it, or above where there is no room."""
        if not 0 <= index < len(part.text.found.tokens):
            return
        self._at, self._by_pointer = (part, index), False
        found = part.text.found.tokens[index]
        others = tuple((each.text, each.logprob) for each in found.alternatives)
        over, page = self.over, self._page
        over.show_token(Token(0, found.text, found.logprob, others))
        box = part.text.box_of(index)
        corner = part.text.viewport().mapTo(page, box.bottomLeft())
        left = max(min(corner.x() - 12, page.width() - over.width() - 8), 8)
        top = corner.y() + 6
        if top + over.height() > page.height() - 8:
            top = max(corner.y() - box.height() - 6 - over.height(), 8)
        over.move(QPoint(left, top))

    @Slot()
    def _on_closed(self) -> None:
        """Esc in the alternatives: the keys are in the text again."""
        self.over.hide()
        if self._at is not None:
            self._at[0].text.setFocus()

    @Slot(str)
    def _on_fork(self, text: str) -> None:
        if self._at is not None:
            self.over.hide()
            self.fork_wanted.emit(*self._at, text)
