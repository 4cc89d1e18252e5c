"""Tints the answers of a conversation, and goes on from another token as a new branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.tokens import AnswerTokens, beginning
from workbench.domain.views import ChatMessage
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.tokens.popover import TokenPopover
from workbench.ui.chat.tokens.token_bar import KEPT, TokenBar
from workbench.ui.chat.tokens.token_part import MessageTokenPart, TokenPart
from workbench.ui.kit import GhostButton
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.chat.page import ChatPage
    from workbench.ui.chat.sending import Sending

_TIP = "Tint answers by the probability of their tokens"


class TokenTint(QObject):
    """Switches the tint on and off; the answers near the view have theirs read.

    Args:
        page: the transcript, and where the legend and the alternatives are shown.
        sending: starts the new branch.
        bridge: to the core.

    Signals:
        samplers_wanted(ChatMessage): look at samplers along an answer.
    """

    samplers_wanted = Signal(object)

    def __init__(self, page: ChatPage, sending: Sending, bridge: Bridge) -> None:
        super().__init__(page)
        self._page = page
        self._sending = sending
        self._bridge = bridge
        self.is_on = False
        self._known: dict[int, AnswerTokens] = {}
        """What was read, by message; forgotten when another answer ends or the tint is switched."""
        self._asked: set[int] = set()
        self.button = GhostButton("Tokens", "target", keys="Ctrl+Shift+P", tip=_TIP)
        self.button.setCheckable(True)
        self.button.clicked.connect(self.set_on)
        self.bar = TokenBar()
        self.bar.keep_changed.connect(self._on_keep)
        self.bar.closed.connect(self.toggle)
        page.insert_bar(self.bar)
        self.popover = TokenPopover(page, "as a new branch")
        self.popover.fork_wanted.connect(self._on_fork)
        page.transcript.verticalScrollBar().valueChanged.connect(self.popover.hide)
        page.composer.sampling.changed.connect(self._show_kept)

    # --- on and off -----------------------------------------------------------------------------

    @Slot()
    def toggle(self) -> None:
        """Switch the tint."""
        self.set_on(not self.is_on)

    @Slot(bool)
    def set_on(self, on: bool) -> None:
        """Tint the answers, or show them as they are written."""
        if on == self.is_on:
            return
        self.is_on = on
        self.button.setChecked(on)
        self._known.clear()
        self._asked.clear()
        self.popover.hide()
        self._show_kept()
        self.bar.setVisible(on)
        self.refresh()

    def refresh(self) -> None:
        """The transcript has other messages."""
        for view in self._page.transcript.answers():
            self.show(view)

    def forget(self, message_id: int) -> None:
        """An answer has another text."""
        self._known.pop(message_id, None)
        self._asked.discard(message_id)

    def show(self, view: MessageView) -> None:
        """Show a message with its tint, once that is read; while it is written it has none."""
        message = view.message
        is_answer = message.role == "assistant" and not message.kind and bool(message.text)
        if not self.is_on or not is_answer or message.run_status == "running":
            view.show_tokens(None)
            return
        found = self._known.get(message.message_id)
        if found is not None and found.text == message.text:
            self._show(view, found)
        elif message.message_id not in self._asked or found is not None:
            self._asked.add(message.message_id)
            self._read(message)

    def _show(self, view: MessageView, found: AnswerTokens) -> None:
        if view.tokens is None:
            self._connect(view.make_tokens(MessageTokenPart(f"Answer of {view.name.text()}")))
        view.show_tokens(found)

    def _connect(self, part: MessageTokenPart) -> None:
        self.popover.attach(part)
        part.score_wanted.connect(self._on_score)
        part.samplers_wanted.connect(self._on_samplers)

    @background
    async def _read(self, message: ChatMessage) -> None:
        try:
            found = await self._bridge.ask(lambda core: core.tokens.of_message(message.message_id))
        except WorkbenchError:
            return
        self._keep(message, found)

    def _keep(self, message: ChatMessage, found: AnswerTokens) -> None:
        self._known[message.message_id] = found
        view = self._view_of(message)
        if view is not None and self.is_on and found.text == view.message.text:
            self._show(view, found)

    def _view_of(self, message: ChatMessage) -> MessageView | None:
        views = self._page.transcript.answers()
        return next((v for v in views if v.message.message_id == message.message_id), None)

    def _sender(self) -> MessageView | None:
        """The message whose part sent a signal."""
        sent: QObject | None = self.sender()
        while sent is not None and not isinstance(sent, MessageView):
            sent = sent.parent()
        return sent

    # --- scoring --------------------------------------------------------------------------------

    @Slot()
    def _on_score(self) -> None:
        view = self._sender()
        if view is not None and view.tokens is not None:
            view.tokens.show_scoring()
            self._score(view.message)

    @background
    async def _score(self, message: ChatMessage) -> None:
        try:
            found = await self._bridge.ask(
                lambda core: core.tokens.score_message(message.message_id)
            )
        except WorkbenchError as error:
            view = self._view_of(message)
            if view is not None and view.tokens is not None:
                view.tokens.show_failure(str(error))
            return
        self._keep(message, found)

    @Slot()
    def _on_samplers(self) -> None:
        view = self._sender()
        if view is not None:
            self.samplers_wanted.emit(view.message)

    # --- tokens ---------------------------------------------------------------------------------

    @Slot(object, int)
    def point(self, message: ChatMessage, byte: int) -> None:
        """Mark the token at a byte of an answer, where it is near the view."""
        view = self._view_of(message)
        if view is not None and view.tokens is not None:
            view.tokens.text.point(view.tokens.text.found.at(byte))

    @Slot(object, int, str)
    def _on_fork(self, part: TokenPart, index: int, text: str) -> None:
        """Go on from a token with another text in its place."""
        views = self._page.transcript.answers()
        view = next((each for each in views if each.tokens is part), None)
        if view is not None:
            self._sending.fork(view.message, beginning(part.text.found, index) + text)

    # --- what is kept ---------------------------------------------------------------------------

    @Slot()
    def _show_kept(self) -> None:
        self.bar.show_kept(self._page.composer.sampling.sampling.logprobs)

    @Slot(bool)
    def _on_keep(self, keep: bool) -> None:
        form = self._page.composer.sampling
        form.set_values(form.values() | {"logprobs": KEPT if keep else 0})
        form.changed.emit()
