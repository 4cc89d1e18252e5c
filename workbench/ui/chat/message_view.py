"""One message of the transcript."""

from __future__ import annotations

import functools
import time

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QGuiApplication, QPainter, QPaintEvent, QPen, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.tokens import AnswerTokens
from workbench.domain.views import ChatMessage
from workbench.ui.chat.attaching.file_folds import FileFolds
from workbench.ui.chat.focus_line import FocusLine
from workbench.ui.chat.message_parts import (
    FoldedText,
    MessageTags,
    VersionArrows,
    end_words,
    failure_sentence,
    message_name,
    reading_words,
    time_words,
    tool_title,
)
from workbench.ui.chat.tokens.token_part import MessageTokenPart
from workbench.ui.kit import (
    Banner,
    GhostButton,
    IconButton,
    Label,
    StreamingText,
    column,
    row,
)
from workbench.ui.markdown.body import MarkdownBody
from workbench.ui.runs.words import (
    rate_text,
    reasoning_text,
    thinking_title,
)
from workbench.ui.theme import color

_DIRECTLY = "Continues this text in one call: a strategy cannot start in the middle of an answer"
_CUT = ("length", "cancelled", "limit", "error", "interrupted")


class MessageView(QFrame):
    """Name and time, text, and what can be done with it.

    A view can show another message of the same role: what has the focus keeps it.

    Signals (all with the message):
        regenerate_wanted, edit_wanted, delete_wanted, run_wanted, continue_wanted, answer_wanted,
        version_wanted(message, other id). sides_wanted: its versions side by side.
        tree_wanted: the tree of thoughts behind it.
        design_wanted(str): a template in the text. save_wanted(str, str): code and its language.
        resized(): the height may change.
    """

    regenerate_wanted = Signal(object)
    edit_wanted = Signal(object)
    delete_wanted = Signal(object)
    run_wanted = Signal(object)
    continue_wanted = Signal(object)
    answer_wanted = Signal(object)
    version_wanted = Signal(object, int)
    sides_wanted = Signal(object)
    tree_wanted = Signal(object)
    design_wanted = Signal(str)
    save_wanted = Signal(str, str)
    resized = Signal()

    def __init__(self, message: ChatMessage) -> None:
        super().__init__()
        self.message = message
        self.is_mine = message.role == "user"
        self.run_read: int | None = None
        """The ended run that is shown whole, with what its message's row lacks."""
        self._thought: FoldedText | None = None
        self.tokens: MessageTokenPart | None = None
        """The text in tokens, made when it is first wanted."""
        self._width = 0
        self._focus_line: FocusLine | None = None
        self.thinking: StreamingText | None = None
        self.tool: FoldedText | None = None
        self._banner: Banner | None = None
        self._ended: tuple[RunState, str] | None = None
        self._merged: Label | None = None
        self.files: FileFolds | None = None
        self.in_column = False
        """Whether other versions of it are to its left and right."""
        self.name = Label("", "body-strong", elide=True)
        self.name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.note = Label("", "small", "text-3")
        self.versions = VersionArrows()
        self.versions.chosen.connect(self._on_version)
        self.sides = IconButton("compare", "Versions side by side", size=24, glyph=14)
        self.sides.clicked.connect(functools.partial(self._emit, self.sides_wanted))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.body = MarkdownBody("Your message" if self.is_mine else "Answer")
        self.body.leave_menus()
        self.body.design_wanted.connect(self.design_wanted)
        self.body.save_wanted.connect(self.save_wanted)
        self.empty = Label("", "body", "text-3", wrap=True)
        self.footer = Label("", "small", "text-3", elide=True)
        self.tags = MessageTags()
        self._head = row(self.name, self.note, self.tags, None, self.sides, self.versions, gap=8)
        self._foot = QWidget()
        self._foot.setLayout(self._make_foot())
        if self.is_mine:
            for button in self._buttons(("copy", "edit", "trash")):
                self._head.addWidget(button)
        self._column = column(
            self._head, self.body, self.empty, self._foot, margins=(0, 0, 0, 20), gap=4
        )
        self.setLayout(self._column)
        self.set_message(message)

    # --- parts ----------------------------------------------------------------------------------

    def _buttons(self, icons: tuple[str, ...]) -> list[IconButton]:
        known = {
            "copy": ("Copy" if self.is_mine else "Copy as Markdown", None),
            "edit": ("Edit this message", self.edit_wanted),
            "trash": ("Delete with what follows", self.delete_wanted),
            "refresh": ("Another answer", self.regenerate_wanted),
            "eye": ("Open the run in History", self.run_wanted),
            "tot": ("Open in Tree", self.tree_wanted),
        }
        made = []
        for name in icons:
            words, signal = known[name]
            button = IconButton(name, words, size=24, glyph=14)
            button.clicked.connect(
                self._on_copy if signal is None else functools.partial(self._emit, signal)
            )
            made.append(button)
        return made

    def _make_foot(self) -> QHBoxLayout:
        layout = row(gap=2)
        layout.addWidget(self.footer, 1)
        self.go_on = GhostButton("Answer it" if self.is_mine else "Continue", "send")
        wanted = self.answer_wanted if self.is_mine else self.continue_wanted
        self.go_on.clicked.connect(functools.partial(self._emit, wanted))
        layout.addWidget(self.go_on)
        if not self.is_mine:
            copy, again, self.tree, self._open, delete = self._buttons(
                ("copy", "refresh", "tot", "eye", "trash")
            )
            for button in (copy, again, self.tree, self._open, delete):
                layout.addWidget(button)
        return layout

    def _emit(self, signal: object, _checked: bool = False) -> None:
        signal.emit(self.message)  # type: ignore[attr-defined]

    @Slot(int)
    def _on_version(self, other: int) -> None:
        self.version_wanted.emit(self.message, other)

    def put_in_head(self, widget: QWidget) -> None:
        """Show something at the right end of the line with the name."""
        self._head.addWidget(widget)

    @property
    def shown(self) -> MessageView:
        """Itself: it is not next to other versions."""
        return self

    @property
    def answers(self) -> tuple[MessageView, ...]:
        """Itself."""
        return (self,)

    def put_above(self, widget: QWidget) -> None:
        """Show something over the message, in its width."""
        self._column.insertWidget(0, widget)

    def show_merged(self, merged: bool) -> None:
        """Say that the model gets this message as one with its neighbour."""
        if merged and self._merged is None:
            self._merged = Label("merged for this model", "small", "text-3")
            self._merged.setToolTip(
                "The chat template wants user and model in turn: neighbours of one role are one "
                "message in what is sent"
            )
            self._head.insertWidget(2, self._merged)
        if self._merged is not None:
            self._merged.setVisible(merged)

    @property
    def banner(self) -> Banner:
        """What went wrong; made when it is first needed."""
        if self._banner is None:
            self._banner = Banner(closable=False)
            self._column.insertWidget(self._column.indexOf(self._foot), self._banner)
        return self._banner

    @property
    def thought(self) -> FoldedText:
        """What was thought before the answer, folded; made when it is first needed."""
        if self._thought is None:
            self._thought = FoldedText("Thinking")
            self.thinking = self._thought.text
            self._column.insertWidget(self._column.indexOf(self.body), self._thought)
        return self._thought

    @property
    def has_thought(self) -> bool:
        """Whether thoughts are shown."""
        return self._thought is not None and not self._thought.isHidden()

    # --- what is shown --------------------------------------------------------------------------

    def set_message(self, message: ChatMessage) -> None:
        """Show a message, or the same with other versions, from its row."""
        before, self.message = self.message, message
        if before.message_id != message.message_id or before.text != message.text:
            self.show_tokens(None)
        name = message_name(message)
        self.name.setText(name)
        self.body.setAccessibleName(f"Message of {name}")
        self.setAccessibleName(f"Message of {name}")
        self.tags.show_message(message)
        self.versions.show_versions(message)
        self.sides.setVisible(
            len(message.sibling_ids) > 1
            and message.role == "assistant"
            and not message.kind
            and not self.in_column
        )
        self._show_time()
        if tool_title(message):
            self._show_tool()
            return
        if self.tool is not None:
            self.tool.hide()
            self.body.show()
        self._show_files()
        if self.is_mine:
            self._show_mine()
            return
        if before.message_id != message.message_id:
            for part in (self._banner, self._thought):
                if part is not None:
                    part.hide()
        if message.run_status == "running":
            self._foot.hide()
            self.empty.hide()
            if not self.body.text or before.message_id != message.message_id:
                self.body.set_markdown(message.text)
        else:
            self._show_stored()

    def _show_mine(self) -> None:
        """Show what the user wrote, letter by letter."""
        message = self.message
        self.body.set_plain(message.text)
        self.body.setVisible(bool(message.text.strip() or not message.attachments))
        self.empty.hide()
        self._foot.hide()

    def _show_files(self) -> None:
        """Show what is attached, closed, over the text."""
        if self.files is None:
            if not self.message.attachments:
                return
            self.files = FileFolds()
            self._column.insertWidget(self._column.indexOf(self.body), self.files)
        self.files.show_files(self.message.attachments)
        self.files.setVisible(bool(self.message.attachments))

    def open_files(self, words: str) -> bool:
        """Open the attached files that have the words; False where none has."""
        return self.files is not None and self.files.open_at(words)

    def _show_tool(self) -> None:
        """Show what went to a tool, or came from it, closed."""
        if self.tool is None:
            self.tool = FoldedText(tool_title(self.message))
            self._column.insertWidget(self._column.indexOf(self.body), self.tool)
        self.tool.set_title(tool_title(self.message))
        self.tool.text.set_text(self.message.text)
        self.tool.show()
        for part in (self.body, self.empty, self._foot, self._banner, self._thought):
            if part is not None:
                part.hide()

    def _show_stored(self) -> None:
        """Show an ended answer from its row, without reading its run where it is not read yet."""
        message = self.message
        if self._ended is not None and self._ended[0].run_id == message.run_id:
            self.show_run(*self._ended)  # the row does not say why it failed
            return
        self.body.set_markdown(message.text)
        if message.reasoning:
            tokens = message.thought_tokens or 0
            self.thought.set_title(thinking_title(RunState(status="done", reasoning_tokens=tokens)))
            self.thought.text.set_text(message.reasoning)
            self.thought.show()
        self._show_end(
            RunState(
                status=message.run_status or "done",
                completion_tokens=message.completion_tokens,
                seconds=message.seconds,
                finish_reason=message.finish_reason,
                reasoning_tokens=message.thought_tokens or 0,
            ),
            message.text,
        )

    def show_unanswered(self, unanswered: bool) -> None:
        """Offer to answer a message of the user that has no answer."""
        self.footer.setText("This message has no answer yet." if unanswered else "")
        self._foot.setVisible(unanswered)

    def show_run(self, state: RunState, text: str) -> None:
        """Show an answer's run: what came while it writes, everything when it has ended."""
        self.show_thinking(state)
        if state.status == "running":
            self.body.stream(text)
            self.empty.hide()
            self._foot.hide()
            rate = rate_text(state.generated_tokens, state.seconds)
            self.note.setText(f"{rate} tok/s" if state.generated_tokens else reading_words(state))
            return
        self.run_read = state.run_id
        self._ended = state, text
        self._show_time()
        self.body.set_markdown(text)
        self._show_end(state, text)

    def show_thinking(self, state: RunState) -> None:
        """Show what was thought before the answer, folded; nothing where there was none."""
        thought = reasoning_text(state)
        if not thought and self._thought is None:
            return
        self.thought.setVisible(bool(thought))
        if thought and self.thinking is not None:
            self.thought.set_title(thinking_title(state))
            self.thinking.set_text(thought, follow=state.status == "running")

    def _show_time(self) -> None:
        self.note.setText(time_words(self.message.created_at, time.time()))

    def _show_end(self, state: RunState, text: str) -> None:
        self.footer.setText(
            end_words(state, self.message) if self.message.run_id is not None else ""
        )
        self._foot.show()
        self._open.setVisible(self.message.run_id is not None)
        has_tree = self.message.run_id is not None and self.message.strategy not in ("", "direct")
        self.tree.setVisible(has_tree)
        cut = state.finish_reason in _CUT or state.status == "interrupted"
        self.go_on.setVisible(cut and bool(text.strip()) and self.message.kind != "summary")
        is_direct = self.message.strategy in ("", "direct")
        self.go_on.set_text("Continue" if is_direct else "Continue directly")
        self.go_on.setToolTip("" if is_direct else _DIRECTLY)
        blank = not text.strip()
        if blank:
            thought = state.reasoning_tokens or reasoning_text(state)
            self.empty.setText(
                "The run ended during the reasoning: no answer was written."
                if thought
                else "Nothing was written."
            )
        self.empty.setVisible(blank)
        in_tokens = self.tokens is not None and not self.tokens.isHidden()
        self.body.setVisible(not blank and not in_tokens)
        if state.error:
            again = functools.partial(self.regenerate_wanted.emit, self.message)
            self.banner.show_message(failure_sentence(state.error), "bad", "Try again", again)
        elif state.status == "interrupted":
            self.banner.show_message(
                "The program ended during this answer; the text received until then is kept.",
                "warn",
            )
        elif self._banner is not None:
            self._banner.hide()

    # --- tokens ---------------------------------------------------------------------------------

    def make_tokens(self, part: MessageTokenPart) -> MessageTokenPart:
        """Have a part that shows the text in tokens; it is hidden until there are some."""
        self.tokens = part
        part.hide()
        self._column.insertWidget(self._column.indexOf(self.body) + 1, part)
        return part

    def show_tokens(self, found: AnswerTokens | None) -> None:
        """Show the text in tokens in place of the text as it is written; None for the latter."""
        if self.tokens is None:
            return
        if found is not None:
            self.tokens.show_tokens(found)
            if self._width:
                self.tokens.fit(self._width)
        self.tokens.setVisible(found is not None)
        self.body.setVisible(found is None and bool(self.body.text.strip()))

    def show_places(self, words: str, present: int) -> tuple[QWidget, QTextCursor] | None:
        """Mark where words occur in the text that is shown; returns the place of that number."""
        if self.tokens is None or self.tokens.isHidden():
            return self.body.show_places(words, present)
        text = self.tokens.text
        places = text.places(words)
        present = min(present, len(places) - 1)
        text.show_places(places, present)
        return (text, places[present]) if present >= 0 else None

    # --- size, text -----------------------------------------------------------------------------

    def fit(self, width: int) -> int:
        """Be that wide, in pixels; returns the height."""
        self._width = width
        self.body.fit(width)
        if self.tokens is not None:
            self.tokens.fit(width)
        layout = self._column
        layout.activate()
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else -1
        if height < 0:
            height = layout.totalSizeHint().height()
        if (self.width(), self.height()) != (width, height):
            self.resize(width, height)
        return height

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self.in_column:  # there is no room at its left
            painter = QPainter(self)
            painter.setPen(QPen(color("focus"), 2))
            painter.drawLine(0, self.height() - 10, self.width(), self.height() - 10)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._focus_line is None and not self.in_column:
            self._focus_line = FocusLine(self)

    def has_selection(self) -> bool:
        """Whether a piece of the text is selected."""
        return self.body.has_selection()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.resized.emit()
        return super().event(event)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.body.text)
