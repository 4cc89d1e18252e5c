"""The answer of the open run in tokens, tinted by probability; another token begins a branch."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.tokens import AnswerTokens
from workbench.domain.views import ChatMessage
from workbench.ui.chat.tokens.popover import TokenPopover
from workbench.ui.chat.tokens.token_bar import TintScale
from workbench.ui.chat.tokens.token_part import TokenPart
from workbench.ui.history.opened.open_run import OpenRun
from workbench.ui.kit import Label, Section, column, row
from workbench.ui.tasks import background, latest


class RunTokens(Section):
    """A folded part of the run; the tokens are read when it is opened.

    Args:
        model: the open run.
        page: what the alternatives lie over.

    Signals:
        branched(ChatMessage): the answer's conversation has another version of it.
    """

    branched = Signal(object)

    def __init__(self, model: OpenRun, page: QWidget) -> None:
        self._model = model
        self._shown: int | None = None
        self.part = TokenPart("Answer")
        body = QFrame()
        legend = row(Label("Probability", "small", "text-2"), TintScale(), None, gap=10)
        body.setLayout(column(legend, self.part, gap=8))
        super().__init__("Tokens", body, opened=False)
        self.popover = TokenPopover(page, "")
        self.popover.attach(self.part)
        self.popover.fork_wanted.connect(self._on_fork)
        self.part.score_wanted.connect(self._on_score)
        self.head.clicked.connect(self.show_run)
        model.changed.connect(self.show_run)

    @Slot()
    def show_run(self) -> None:
        """Read the tokens of the run that is open now, where this part is."""
        run_id, state = self._model.run_id, self._model.state
        ended = state is not None and state.status != "running"
        self.setVisible(ended and bool(state and state.output))
        self.popover.hide()
        if not ended or run_id is None or not self.is_open:
            self._shown = None
        elif self._shown != run_id:
            self._shown = run_id
            self._read(run_id)

    @latest
    async def _read(self, run_id: int) -> None:
        try:
            found = await self._model.bridge.ask(lambda core: core.tokens.of(run_id))
        except WorkbenchError as error:
            self._show(AnswerTokens(text="", tokens=()))
            self.part.show_failure(str(error))
            return
        self._show(found)

    def _show(self, found: AnswerTokens) -> None:
        self.part.show_tokens(found)
        self.part.fit(max(self.body.width(), 120))
        doubt = "" if found.doubt is None else f"doubt {found.doubt:.1f} nats"
        self.note.setText(doubt)

    @Slot()
    def _on_score(self) -> None:
        if self._shown is not None:
            self.part.show_scoring()
            self._score(self._shown)

    @latest
    async def _score(self, run_id: int) -> None:
        try:
            found = await self._model.bridge.ask(lambda core: core.tokens.score(run_id))
        except WorkbenchError as error:
            self.part.show_failure(str(error))
            return
        if run_id == self._shown:
            self._show(found)

    @Slot(object, int, str)
    def _on_fork(self, part: TokenPart, index: int, text: str) -> None:
        if self._shown is not None:
            self._fork(self._shown, part.text.found.tokens[index].first, text)

    @background
    async def _fork(self, run_id: int, token: int, text: str) -> None:
        try:
            answer: ChatMessage | None = await self._model.bridge.ask(
                lambda core: core.tokens.fork(run_id, token, text)
            )
        except WorkbenchError as error:
            self._model.failed.emit(str(error))
            return
        if answer is not None:
            self.branched.emit(answer)
        else:
            self._shown = None
            self._model.read()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.part.fit(max(self.body.width(), 120))
