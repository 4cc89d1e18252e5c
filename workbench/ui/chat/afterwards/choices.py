"""What the user chose to happen when an answer has ended."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

NOTIFY_SECONDS = (0, 10, 30, 60, 300)
"""From how long an answer on there is a notification when it ends; 0 is never."""


class AfterAnswers(QObject):
    """Both are off until the preferences say otherwise.

    Signals:
        changed(): another choice.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.suggests_titles = False
        self.notify_seconds = 0

    def choose(self, *, suggests_titles: bool, notify_seconds: int) -> None:
        """Choose both."""
        if (suggests_titles, notify_seconds) != (self.suggests_titles, self.notify_seconds):
            self.suggests_titles, self.notify_seconds = suggests_titles, notify_seconds
            self.changed.emit()


_choices: AfterAnswers | None = None


def after_answers() -> AfterAnswers:
    """The choices of this program (made when first asked for)."""
    global _choices  # noqa: PLW0603 - one for one application, as the theme
    if _choices is None:
        _choices = AfterAnswers()
    return _choices
