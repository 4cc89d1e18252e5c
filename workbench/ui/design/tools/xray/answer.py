"""The answer that an X-ray explains: where it comes from, until the user types one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.ui.kit import Chooser, Label, column, row
from workbench.ui.kit.text.sending_text import SendingText

_HEIGHT = 62
_TYPED = "Typed here"


class Known(NamedTuple):
    """An answer that is known of a prompt, and in a few words where from."""

    text: str = ""
    origin: str = ""
    name: str = ""
    """By which it is chosen where several are known."""


class AnswerBox(QWidget):
    """One answer for each prompt.

    What is offered fills the field as long as the user has typed nothing there; what was typed
    stays, and comes back with its prompt. An emptied field takes the next offer.

    Signals:
        changed(): the answer changed. start_wanted(): Ctrl+Enter.
    """

    changed = Signal()
    start_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._path = ""
        self._offered = Known()
        self._own: dict[str, Known] = {}
        self._offers: tuple[Known, ...] = ()
        self._picked: dict[str, str] = {}
        self._updating = False
        self.edit = SendingText(
            "Answer to explain",
            "Run the prompt, or type the answer you want",
            lines=3,
            height=_HEIGHT,
        )
        self.edit.sent.connect(self.start_wanted)
        self.edit.textChanged.connect(self._on_text)
        self.origin = Label("", "small", "text-3", elide=True)
        self.origin.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.choices = Chooser("Where the answer is from", height=24)
        self.choices.activated.connect(self._on_choice)
        self.choices.hide()
        title = Label("Answer to explain", "micro", "text-2")
        head = row(title, self.origin, self.choices, gap=12)
        head.setStretch(1, 1)
        self.setLayout(column(head, self.edit, gap=6))

    @property
    def text(self) -> str:
        """The answer to explain."""
        return self.edit.toPlainText()

    def offer(self, path: str, offers: Sequence[Known]) -> None:
        """Fill in an answer that is known of a prompt, unless the user has one of their own.

        The first is used until the user chooses another for that prompt.
        """
        self._path, self._offers = path, tuple(offers)
        picked = [each for each in offers if each.name == self._picked.get(path)]
        self._offered = next(iter((*picked, *offers)), Known())
        with QSignalBlocker(self.choices):
            self.choices.clear()
            for each in offers:
                self.choices.add_choice(each.origin, each.name)
            self.choices.choose(self._offered.name)
        self._show(self._own.get(path, self._offered))

    @Slot(int)
    def _on_choice(self, index: int) -> None:
        """An answer was chosen: it goes before one that was typed."""
        self._picked[self._path] = self._offers[index].name
        self._own.pop(self._path, None)
        self.offer(self._path, self._offers)

    def take(self, path: str, known: Known) -> None:
        """Fill in what was asked for; offers leave it alone."""
        self._path = path
        self._own[path] = known
        self._show(known)

    def release(self, path: str) -> None:
        """There is news of a prompt: what was asked for gives way, what was typed stays."""
        if path in self._own and self._own[path].origin != _TYPED:
            del self._own[path]

    def follow(self, old: str, new: str) -> None:
        """A prompt has another path."""
        if old in self._own:
            self._own[new] = self._own.pop(old)
        if self._path == old:
            self._path = new

    def _show(self, known: Known) -> None:
        if known.text != self.text:
            self._updating = True
            self.edit.setPlainText(known.text)
            self._updating = False
        self._say(known.origin if known.text else "")
        self.changed.emit()

    def _say(self, origin: str) -> None:
        several = len(self._offers) > 1
        self.choices.setVisible(several)
        self.origin.setText(origin)
        self.origin.setVisible(not several or origin != self._offered.origin)
        self.edit.setAccessibleDescription(origin)

    @Slot()
    def _on_text(self) -> None:
        if self._updating:
            return
        text = self.text
        if text.strip() and text != self._offered.text:
            self._own[self._path] = Known(text, _TYPED)
            self._say(_TYPED)
        else:
            self._own.pop(self._path, None)
            self._say(self._offered.origin if text.strip() else "")
        self.changed.emit()
