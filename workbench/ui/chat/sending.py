"""Sends messages, edits and retries to the model."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Slot

from workbench.domain.chat import ChatOptions
from workbench.domain.text import Role
from workbench.domain.transcripts import Part
from workbench.domain.views import ChatMessage
from workbench.ui.chat.page import ChatPage
from workbench.ui.chat.view_model import ChatModel
from workbench.ui.chat.waiting.waiting import Waiting


class Sending(QObject):
    """Takes what is written on a page, with its options and system prompt, to the model.

    Args:
        page: what is written is there, and what is refused goes back there.
        model: the conversation that is shown.
    """

    def __init__(self, page: ChatPage, model: ChatModel) -> None:
        super().__init__(page)
        self._page = page
        self._model = model
        self.send_thoughts = False
        """Whether thoughts of earlier answers are to go to the model."""
        self.waiting = Waiting(page, model)
        page.composer.sent.connect(self._on_sent)
        page.composer.saved.connect(self._on_saved)
        page.composer.edit_last_wanted.connect(self._edit_last)
        page.composer.cancelled_edit.connect(self.end_edit)
        model.refused.connect(self._on_refused)

    @property
    def options(self) -> ChatOptions:
        """How the next answer is made."""
        return msgspec.structs.replace(
            self._page.composer.options(self._page.system.text),
            send_thoughts=self.send_thoughts,
            profile=self._page.system.profiles.profile_id,
        )

    @Slot(str)
    def _on_sent(self, text: str) -> None:
        composer = self._page.composer
        if self._model.is_opening:
            return
        if self._model.running:
            if not composer.is_elsewhere and self.waiting.add(
                text, composer.files.parts, self.options
            ):
                composer.clear()
            return
        edited, options = composer.edited, self.options
        if composer.insertion is not None or (edited is not None and edited.role != "user"):
            self._on_saved(text)
            return
        self._page.transcript.follow_end()
        if edited is not None:
            files = composer.edited_files
            composer.end_edit()
            self._model.edit(edited, text, options, files)
        else:
            self._model.send(text, options, composer.files.parts)
            composer.clear()

    @Slot(str)
    def _on_saved(self, text: str) -> None:
        """Keep what is written: a version, an insertion, or a message that is not answered yet."""
        if self._model.running or self._model.is_opening:
            return
        composer = self._page.composer
        edited, insertion = composer.edited, composer.insertion
        role: Role = "assistant" if composer.speaker.index else "user"
        parts, edited_files = composer.files.parts, composer.edited_files
        if insertion is not None:
            composer.end_edit()
            self._model.insert(insertion.message, role, text, after=insertion.after, files=parts)
        elif edited is not None:
            composer.end_edit()
            self._model.save_version(edited, text, edited_files)
        else:
            self._page.transcript.follow_end()
            self._model.add(text, self.options, parts)
            composer.clear()

    @Slot(object)
    def regenerate(self, message: ChatMessage) -> None:
        """Ask for another answer, or sum up again what is above a summary."""
        if message.kind == "summary":
            place = self._model.place_of_message(message)
            if place:
                self._model.summarise(self._model.messages[place - 1], self.options)
            return
        if self._model.is_aside(message):
            self._model.again(message, self.options)
        else:
            self._model.regenerate(message, self.options)

    @Slot(object)
    def go_on(self, message: ChatMessage) -> None:
        """Let an answer that was cut go on."""
        if self._model.is_aside(message):
            self._model.again(message, self.options, goes_on=True)
        else:
            self._model.go_on(message, self.options)

    def fork(self, message: ChatMessage, begun: str) -> None:
        """Write another version of an answer, which begins with ``begun``."""
        self._model.fork(message, begun, self.options)

    @Slot(object)
    def answer(self, message: ChatMessage) -> None:
        """Answer a message of the user that has no answer."""
        self._model.answer(message, self.options)

    @property
    def can_go_on(self) -> bool:
        """Whether the last message is an answer that can be continued."""
        last = self._model.messages[-1] if self._model.messages else None
        return (
            last is not None
            and last.role == "assistant"
            and bool(last.text.strip())
            and not self._model.running
        )

    def go_on_last(self) -> None:
        """Let the last answer go on."""
        self.go_on(self._model.messages[-1])

    @Slot(object)
    def edit(self, message: ChatMessage) -> None:
        """Put an earlier message into the box, to write another version of it."""
        self._page.composer.edit(message, message.text)
        self._page.composer.box.setFocus()

    @Slot(object, bool)
    def insert(self, message: ChatMessage, after: bool) -> None:
        """Write something that is inserted before or after a message."""
        self._page.composer.insert(message, after=after)
        self._page.composer.box.setFocus()

    def regenerate_last(self) -> None:
        """Ask for another answer to the last message."""
        last = self._model.messages[-1]
        if last.role == "assistant":
            self.regenerate(last)
        else:
            self.answer(last)

    @property
    def can_regenerate(self) -> bool:
        """Whether there is something to answer, and nothing is being answered."""
        return bool(self._model.messages) and not self._model.running

    @Slot()
    def _edit_last(self) -> None:
        messages = self._model.messages
        mine = next(
            (at for at in reversed(range(len(messages))) if messages[at].role == "user"), None
        )
        if mine is not None:
            self._page.transcript.show_message(mine)
            self.edit(messages[mine])

    @Slot()
    def end_edit(self) -> None:
        """Give up the edit: the next message is in the box again."""
        self._page.composer.cancel_edit()
        self._page.composer.box.setFocus()

    @Slot(str, str, object)
    def _on_refused(self, text: str, sentence: str, files: tuple[Part, ...]) -> None:
        """What could not be sent goes back into the box."""
        if text or files:
            self._page.composer.take_back(text, files)
        self._page.banner.show_message(sentence)
