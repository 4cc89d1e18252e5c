"""The Chat workspace: conversations, transcript, composer."""

from __future__ import annotations

import functools
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStackedWidget, QWidget

from workbench.domain.run_state import RunState
from workbench.domain.views import ChatMessage
from workbench.ui.actions import Action
from workbench.ui.chat.composer import Composer
from workbench.ui.chat.conversation_list import ConversationList
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.view_model import ChatModel
from workbench.ui.panels import Context, Panel
from workbench.ui.widgets import Banner, EmptyState, Splitter, column, row

_WIDTH = 728
_BOTTOM_SLACK = 24


class ChatPanel(Panel):
    """Joins the parts; the work is in ChatModel."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.model = ChatModel(self.bridge)
        self.views: list[MessageView] = []
        self._thinking: dict[int, RunState] = {}
        """Ended runs of this session that thought before they answered."""
        self._edited: ChatMessage | None = None
        self._follow_tail = True
        self.list = ConversationList()
        self.composer = Composer(self.bridge)
        self.banner = Banner()
        self._build()
        self._connect()

    def _build(self) -> None:
        self._content = QWidget()
        self._content.setProperty("surface", "canvas")
        self._messages = column(margins=(16, 24, 16, 8), gap=0)
        inner = QWidget()
        inner.setMaximumWidth(_WIDTH)
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        inner.setLayout(self._messages)
        self._messages.addStretch(1)
        outer = row(margins=(0, 0, 0, 0), gap=0)
        outer.addStretch(1)
        outer.addWidget(inner, 100)
        outer.addStretch(1)
        self._content.setLayout(outer)
        self.transcript = QScrollArea()
        self.transcript.setAccessibleName("Conversation")
        self.transcript.setWidget(self._content)
        self.transcript.setWidgetResizable(True)
        self.transcript.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.transcript.setFrameShape(QScrollArea.Shape.NoFrame)
        empty = EmptyState(
            "A conversation with the model",
            "Everything stays on this machine, and nothing you write is lost. Enter sends, "
            "Shift+Enter begins a new line.",
            "Write a message",
        )
        empty.button.clicked.connect(self._focus_box)
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(self.transcript)
        card = QWidget()
        card.setMaximumWidth(_WIDTH + 24)
        card.setLayout(column(self.composer, margins=(4, 0, 4, 0)))
        lower = row(margins=(12, 4, 12, 14), gap=0)
        lower.addStretch(1)
        lower.addWidget(card, 100)
        lower.addStretch(1)
        centre = QFrame()
        centre.setProperty("surface", "canvas")
        centre.setMinimumWidth(480)
        layout = column(self.banner, self._pages, lower, gap=0)
        layout.setStretch(1, 1)
        centre.setLayout(layout)
        self.splitter = Splitter(self.list, centre)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([264, 1100])
        self.setLayout(column(self.splitter, gap=0))

    def _connect(self) -> None:
        model = self.model
        model.conversations_changed.connect(self._on_conversations)
        model.strategies_changed.connect(self._on_strategies)
        model.messages_changed.connect(self._on_messages)
        model.answer_changed.connect(self._on_answer)
        model.running_changed.connect(self._on_running)
        model.failed.connect(self._on_failed)
        model.refused.connect(self._on_refused)
        model.deleted.connect(self._on_deleted)
        self.list.chosen.connect(model.open)
        self.list.create_wanted.connect(self._new)
        self.list.searched.connect(model.search)
        self.list.renamed.connect(model.rename)
        self.list.delete_wanted.connect(model.delete)
        self.composer.sent.connect(self._on_sent)
        self.composer.stopped.connect(model.stop)
        self.composer.edit_last_wanted.connect(self._edit_last)
        self.composer.cancelled_edit.connect(self._end_edit)
        bar = self.transcript.verticalScrollBar()
        bar.rangeChanged.connect(self._on_range)
        bar.valueChanged.connect(self._on_scrolled)

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done here."""
        scope = "chat"
        return (
            Action("chat.new", "New conversation", self._new, "Ctrl+N", scope=scope),
            Action("chat.stop", "Stop the answer", self._stop, "Esc", scope=scope),
            Action("chat.earlier", "Earlier version of the last message",
                   functools.partial(self._step_version, -1), "Alt+Left", scope=scope),
            Action("chat.later", "Later version of the last message",
                   functools.partial(self._step_version, 1), "Alt+Right", scope=scope),
        )  # fmt: skip

    # --- the list -------------------------------------------------------------------------------

    @Slot()
    def _on_conversations(self) -> None:
        self.list.show_conversations(self.model.conversations, self.model.current)
        self._show_place()

    def _show_place(self) -> None:
        titles = {each.conversation_id: each.title for each in self.model.conversations}
        title = titles.get(self.model.current or -1, "New conversation")
        self.breadcrumb_changed.emit([title])

    @Slot()
    def _on_strategies(self) -> None:
        self.composer.strategy.set_strategies(self.model.strategies)

    @Slot()
    def _new(self) -> None:
        self._end_edit()
        self.model.start_new()
        self._focus_box()

    @Slot()
    def _focus_box(self) -> None:
        self.composer.box.setFocus()

    @Slot(int, str)
    def _on_deleted(self, conversation_id: int, title: str) -> None:
        undo = functools.partial(self.model.restore, conversation_id)
        self.banner.show_message(f"“{title}” was deleted.", "text-2", "Undo", undo)

    # --- the transcript -------------------------------------------------------------------------

    @Slot()
    def _on_messages(self) -> None:
        """Show the branch: views of messages that stay are kept."""
        messages = self.model.messages
        kept = 0
        for view, message in zip(self.views, messages, strict=False):
            if not _same(view.message, message):
                break
            kept += 1
        for view in self.views[kept:]:
            self._messages.removeWidget(view)
            view.deleteLater()
        del self.views[kept:]
        for message in messages[kept:]:
            self._add_view(message)
        self._pages.setCurrentIndex(1 if messages else 0)
        if kept == 0:
            self._follow_tail = True
        self._show_context()
        self._show_place()

    def _add_view(self, message: ChatMessage) -> None:
        view = MessageView(message)
        view.regenerate_wanted.connect(self._regenerate)
        view.edit_wanted.connect(self._edit)
        view.run_wanted.connect(self._open_run)
        view.version_wanted.connect(self.model.show_version)
        view.design_wanted.connect(self._open_design)
        if message.role == "assistant" and message.run_status not in (None, "running"):
            view.show_stored()
        if message.run_id in self._thinking:
            view.show_thinking(self._thinking[message.run_id])
        if message.run_status == "failed" and message.run_id is not None:
            self.model.read_run(message.run_id)
        self.views.append(view)
        self._messages.insertWidget(self._messages.count() - 1, view)

    @Slot(object, str)
    def _on_answer(self, state: RunState, text: str) -> None:
        if state.reasoning_tokens:
            self._thinking[state.run_id] = state
        for view in self.views:
            if view.message.run_id == state.run_id:
                view.show_run(state, text)
        self._show_context(state)

    def _show_context(self, state: RunState | None = None) -> None:
        context = self.bridge.engine_status.context_tokens
        if state is not None and state.calls:
            call = list(state.calls.values())[-1]
            self.composer.show_context(call.prompt_tokens + state.generated_tokens, context)
        elif not self.model.messages:
            self.composer.show_context(0, context)

    @Slot(int, int)
    def _on_range(self, _least: int, most: int) -> None:
        if self._follow_tail:
            self.transcript.verticalScrollBar().setValue(most)

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self._follow_tail = value >= self.transcript.verticalScrollBar().maximum() - _BOTTOM_SLACK

    # --- sending --------------------------------------------------------------------------------

    @Slot(str)
    def _on_sent(self, text: str) -> None:
        if self.model.running:
            return
        self._follow_tail = True
        self.composer.box.clear()
        edited, self._edited = self._edited, None
        self.composer.show_editing(None)
        if edited is not None:
            self.model.edit(edited, text, self.composer.options())
        else:
            self.model.send(text, self.composer.options())

    @Slot(object)
    def _regenerate(self, message: ChatMessage) -> None:
        self.model.regenerate(message, self.composer.options())

    @Slot(object)
    def _edit(self, message: ChatMessage) -> None:
        self._edited = message
        self.composer.show_editing(message.text)

    @Slot()
    def _edit_last(self) -> None:
        mine = [message for message in self.model.messages if message.role == "user"]
        if mine:
            self._edit(mine[-1])

    @Slot()
    def _end_edit(self) -> None:
        if self._edited is not None:
            self._edited = None
            self.composer.box.clear()
        self.composer.show_editing(None)

    def _stop(self) -> None:
        if self._edited is not None:
            self._end_edit()
        else:
            self.model.stop()

    def _step_version(self, step: int) -> None:
        for message in reversed(self.model.messages):
            ids = message.sibling_ids
            if len(ids) > 1:
                place = ids.index(message.message_id) + step
                if 0 <= place < len(ids):
                    self.model.show_version(message, ids[place])
                return

    @Slot(bool)
    def _on_running(self, running: bool) -> None:
        self.composer.show_running(running)
        self.busy_changed.emit(running)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.banner.show_message(sentence)

    @Slot(str, str)
    def _on_refused(self, text: str, sentence: str) -> None:
        """What could not be sent goes back into the box."""
        if text and not self.composer.box.toPlainText():
            self.composer.box.setPlainText(text)
        self.banner.show_message(sentence)

    # --- elsewhere ------------------------------------------------------------------------------

    @Slot(object)
    def _open_run(self, message: ChatMessage) -> None:
        if message.run_id is not None:
            self.context.go("history", run_id=message.run_id)

    @Slot(str)
    def _open_design(self, text: str) -> None:
        self.context.go("design", text=text)

    def shown(self) -> None:
        """Ready to write."""
        self._show_place()
        self.model.read_conversations()
        QTimer.singleShot(0, self, self._focus_box)

    def handle(self, request: dict[str, object]) -> None:
        """Open ``conversation_id``, or go on from ``messages`` in a new conversation."""
        messages: Any = request.get("messages")
        if messages:
            system = [each.text for each in messages if each.role == "system"]
            self.composer.system.setPlainText("\n\n".join(system))
            self.model.continue_from([each for each in messages if each.role != "system"])
            return
        conversation = request.get("conversation_id")
        if isinstance(conversation, int):
            self.model.open(conversation)

    def save_session(self) -> dict[str, object]:
        """The open conversation, what is written and not sent, and how answers are made."""
        composer = self.composer
        return {
            "conversation": self.model.current,
            "text": composer.box.toPlainText(),
            "system": composer.system.toPlainText(),
            "strategy": composer.strategy.strategy,
            "params": composer.parameters.form.values(),
            "sampling": composer.sampling.form.values(),
            "sizes": self.splitter.sizes(),
        }

    def restore_session(self, state: dict[str, object]) -> None:
        """Put it back; what was typed meanwhile stays."""
        found: Any = state
        if found.get("conversation") and self.model.current is None and not self.model.running:
            self.model.open(int(found["conversation"]))
        if found.get("text") and not self.composer.box.toPlainText():
            self.composer.box.setPlainText(found["text"])
        self.composer.system.setPlainText(found.get("system", ""))
        self.composer.sampling.set_values(found.get("sampling", {}))
        if found.get("strategy"):
            self.composer.strategy.choose(found["strategy"])
            self.composer.parameters.form.set_values(found.get("params", {}))
        if found.get("sizes"):
            self.splitter.setSizes(found["sizes"])


def _same(shown: ChatMessage, message: ChatMessage) -> bool:
    """Whether a view still shows its message: the same one with the same versions."""
    return (shown.message_id, shown.sibling_ids) == (message.message_id, message.sibling_ids)
