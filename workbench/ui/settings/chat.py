"""Chat settings: what happens when an answer has ended."""

from __future__ import annotations

from PySide6.QtCore import Slot

from workbench.ui.chat.afterwards.choices import NOTIFY_SECONDS, after_answers
from workbench.ui.kit import Chooser, Switch
from workbench.ui.settings.parts import Group, line


class ChatGroup(Group):
    """Titles and notifications; every choice counts at once."""

    def __init__(self) -> None:
        super().__init__("Chat")
        self.titles = Switch("Suggest titles")
        self.notify = Chooser("Notify of answers", width=240)
        for seconds in NOTIFY_SECONDS:
            self.notify.add_choice(_words(seconds), seconds)
        self.add(
            line(
                "Titles",
                self.titles,
                note="After the first answer the loaded model writes a title, which you can use. "
                "It stops when you ask something.",
            ),
            line(
                "Notify of answers",
                self.notify,
                note="While another window is in front. Only the conversation's title is shown.",
            ),
        )
        self._show()
        self.titles.toggled.connect(self._on_titles)
        self.notify.activated.connect(self._on_notify)
        after_answers().changed.connect(self._show)

    @Slot()
    def _show(self) -> None:
        self.titles.setChecked(after_answers().suggests_titles)
        self.notify.choose(after_answers().notify_seconds)

    @Slot(bool)
    def _on_titles(self, on: bool) -> None:
        after_answers().choose(suggests_titles=on, notify_seconds=after_answers().notify_seconds)

    @Slot(int)
    def _on_notify(self, _index: int) -> None:
        after_answers().choose(
            suggests_titles=after_answers().suggests_titles,
            notify_seconds=self.notify.currentData(),
        )


def _words(seconds: int) -> str:
    if not seconds:
        return "Never"
    if seconds < 60:
        return f"That take {seconds} seconds or more"
    return f"That take {seconds // 60} minute{'s' if seconds >= 120 else ''} or more"
