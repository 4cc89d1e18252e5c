"""Prompts that are being opened."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QObject, Signal


class Awaited(QObject):
    """Knows whether the text on the screen is about to be replaced by one that was asked for.

    Signals:
        begun(): what is typed from now on belongs to another prompt.
        ended(bool): that prompt is shown, or, False, it does not come.
    """

    begun = Signal()
    ended = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.path = ""
        """The prompt that was asked for last; files are read side by side."""
        self._reading: Counter[str] = Counter()
        self._replacing = 0
        self._was_waiting = False

    @property
    def is_waiting(self) -> bool:
        """Whether the prompt that was asked for last is not shown yet."""
        return bool(self._replacing) or self._reading[self.path] > 0

    def ask(self, path: str) -> None:
        """A file that is not open is read, to be shown."""
        self.path = path
        self._reading[path] += 1
        self._tell(is_shown=True)

    def show(self, path: str) -> None:
        """An open prompt is shown in place of what was asked for before."""
        self.path = path
        self._tell(is_shown=False)

    def read(self, path: str) -> None:
        """A file is there; :meth:`settle` follows when it is shown."""
        self._reading[path] -= 1

    def settle(self, *, is_shown: bool) -> None:
        """What could be shown is shown, or reading it failed."""
        self._tell(is_shown=is_shown)

    def replace(self) -> None:
        """Something is done after which another text is shown: a file is made, or read again."""
        self._replacing += 1
        self._tell(is_shown=True)

    def replaced(self, *, is_shown: bool) -> None:
        """It is done, or, False, failed."""
        self._replacing -= 1
        self._tell(is_shown=is_shown)

    def _tell(self, *, is_shown: bool) -> None:
        if self.is_waiting == self._was_waiting:
            return
        self._was_waiting = self.is_waiting
        if self._was_waiting:
            self.begun.emit()
        else:
            self.ended.emit(is_shown)
