"""Joins what is counted with the pane, the composer and the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Slot

from workbench.domain.chat_context import ContextReport
from workbench.domain.views import ChatMessage
from workbench.ui.actions import Action
from workbench.ui.chat.context.boundary import Boundary
from workbench.ui.chat.context.context_model import ContextModel, Question
from workbench.ui.chat.context.context_pane import ContextPane
from workbench.ui.kit.dimming import dim

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.chat.message_view import MessageView
    from workbench.ui.chat.page import ChatPage
    from workbench.ui.chat.sending import Sending
    from workbench.ui.chat.view_model import ChatModel


class ContextSight(QObject):
    """Keeps the numbers of the context right while somebody types.

    Args:
        bridge: to the core.
        page: the composer, the transcript.
        model: the conversation that is shown.
        sending: how the next answer is made.
    """

    def __init__(self, bridge: Bridge, page: ChatPage, model: ChatModel, sending: Sending) -> None:
        super().__init__(page)
        self._page = page
        self._model = model
        self._sending = sending
        self.pane = ContextPane()
        self.pane.hide()
        self.numbers = ContextModel(bridge, self._question)
        self.numbers.setParent(self)  # its timer asks the page, and goes with it
        self.numbers.counted.connect(self._show)
        self.pane.closed.connect(self.pane.hide)
        self.pane.summary_wanted.connect(self.summarise)
        self.pane.thoughts_changed.connect(self._on_thoughts)
        model.messages_changed.connect(self.numbers.count)
        model.running_changed.connect(self._on_running)
        model.opened.connect(self._on_opened)
        page.composer.changed.connect(self.numbers.count)
        page.composer.edit_changed.connect(self.numbers.count)
        page.composer.options_changed.connect(self.numbers.count)
        page.composer.context_wanted.connect(self.toggle)
        page.system.changed.connect(self.numbers.count)
        bridge.engine_changed.connect(self.numbers.count)
        self._on_running(False)

    def actions(self) -> tuple[Action, ...]:
        """What can be done with the context."""
        return (
            Action(id="chat.context", title="Show or hide the context", run=self.toggle),
            Action(id="chat.boundary", title="Go to where the model begins to see",
                   run=self.go_to_boundary, keys="Ctrl+Shift+Up", when=self._has_boundary),
            Action(id="chat.summarise", title="Summarise what is above", run=self.summarise,
                   when=self._can_summarise),
        )  # fmt: skip

    @property
    def report(self) -> ContextReport:
        """What is known of the next answer's context."""
        return self.numbers.report

    def _question(self) -> Question | None:
        model, composer = self._model, self._page.composer
        if not shiboken6.isValid(composer) or model.is_opening:  # the page may be gone
            return None
        edited, messages = composer.edited, model.messages
        leaf = messages[-1].message_id if messages else None
        if edited is not None:
            leaf = edited.parent_id
        files = composer.files.parts
        return Question(model.current, leaf, composer.next_text, self._sending.options, files)

    @Slot()
    def toggle(self) -> None:
        """Show the pane, or hide it."""
        self.pane.setVisible(self.pane.isHidden())

    @Slot()
    def _on_opened(self) -> None:
        kept = bool(self._model.options.get("send_thoughts"))
        self._sending.send_thoughts = kept
        self.pane.send_thoughts.blockSignals(True)
        self.pane.send_thoughts.setChecked(kept)
        self.pane.send_thoughts.blockSignals(False)
        self.numbers.count()

    @Slot()
    def _on_thoughts(self) -> None:
        self._sending.send_thoughts = self.pane.send_thoughts.isChecked()
        self._model.keep_options(self._sending.options)
        self.numbers.count()

    @Slot(bool)
    def _on_running(self, running: bool) -> None:
        self.pane.summarise.setEnabled(bool(self._model.messages) and not running)
        self.numbers.count()

    # --- what is shown --------------------------------------------------------------------------

    @Slot(object)
    def _show(self, report: ContextReport) -> None:
        self.pane.show_report(report)
        self._page.composer.show_report(report)
        self.pane.summarise.setEnabled(self._can_summarise())
        for view in self._page.transcript.views.values():
            self.mark(view)

    def mark(self, view: MessageView) -> None:
        """Show on a message whether the model sees it."""
        first = self.report.first_seen
        place = self._place(first)
        at = self._model.place_of_message(view.message)
        is_first = place is not None and at == place
        boundary = view.findChild(Boundary)
        if is_first and boundary is None:
            boundary = Boundary()
            boundary.summary_wanted.connect(self.summarise_above)
            view.put_above(boundary)
        if boundary is not None:
            boundary.setVisible(is_first)
            if is_first:
                boundary.show_report(self.report)
        unseen = place is not None and at is not None and at < place and not view.message.pinned
        dim((view.body,), unseen)
        view.show_merged(view.message.message_id in self.report.merged)

    def _place(self, message_id: int | None) -> int | None:
        """Where in the shown branch a message is."""
        if message_id is None:
            return None
        return self._model.place_of_id(message_id)

    def _has_boundary(self) -> bool:
        return self._place(self.report.first_seen) is not None

    def go_to_boundary(self) -> None:
        """Scroll to the line."""
        place = self._place(self.report.first_seen)
        if place is not None:
            self._page.transcript.show_message(place)

    # --- summaries ------------------------------------------------------------------------------

    def _can_summarise(self) -> bool:
        last = self._model.messages[-1] if self._model.messages else None
        return last is not None and last.kind != "summary" and not self._model.running

    @Slot()
    def summarise(self) -> None:
        """Sum up all messages of the shown branch."""
        if self._can_summarise():
            self._summarise(self._model.messages[-1])

    @Slot()
    def summarise_above(self) -> None:
        """Sum up the messages that the model does not see."""
        place = self._place(self.report.first_seen)
        if place:
            self._summarise(self._model.messages[place - 1])

    def _summarise(self, above: ChatMessage) -> None:
        self._model.summarise(above, self._sending.options)
