"""The composer of Chat: text box, options and Send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from workbench.domain.attachments import attached_files
from workbench.domain.chat import ChatDraft, ChatOptions, chat_params
from workbench.domain.chat_context import ContextReport
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import count_text
from workbench.domain.transcripts import Part
from workbench.domain.views import ChatMessage, StrategyInfo
from workbench.ui.bridge import Bridge
from workbench.ui.chat.attaching.chips import FileChips
from workbench.ui.chat.box_work import GivenUp, Insertion
from workbench.ui.chat.message_box import MessageBox, SendButton
from workbench.ui.chat.sides.answerers import AnswerersButton
from workbench.ui.kit import GhostButton, IconButton, Label, Segmented, column, row
from workbench.ui.kit.forms.run_choices import (
    ModelChooser,
    ParametersButton,
    SamplingButton,
    StrategyChooser,
)
from workbench.ui.kit.label import plain_tip, set_tone
from workbench.ui.kit.panes.tab_order import chain_in_place, reading_order

_MODEL_WIDTH = 150


class Composer(QFrame):
    """The card at the bottom of the transcript.

    Signals:
        sent(str); saved(str): without asking the model; stopped().
        edit_last_wanted(); cancelled_edit(); system_wanted().
        changed(): something else is written. edit_changed(): another message, or none, is edited.
        options_changed(): answers are made in another way. context_wanted(): show it, or hide it.
        form_sent(): Send while the form of a prompt is shown. problem(str): a sentence.
        files_wanted(): files are to be chosen.
    """

    sent = Signal(str)
    saved = Signal(str)
    stopped = Signal()
    edit_last_wanted = Signal()
    cancelled_edit = Signal()
    system_wanted = Signal()
    changed = Signal()
    edit_changed = Signal()
    options_changed = Signal()
    context_wanted = Signal()
    form_sent = Signal()
    problem = Signal(str)
    files_wanted = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._bridge = bridge
        self._kept_text = ""
        """The next message, while an earlier one is edited in the box."""
        self._kept_files: tuple[Part, ...] = ()
        self.work = 0
        """Another number for each message that the box is for."""
        self._wanted: Mapping[str, Any] | None = None
        self._shown_strategy: StrategyInfo | None = None
        self.edited: ChatMessage | None = None
        self.insertion: Insertion | None = None
        """Where what is written is inserted, in place of the end."""
        self._given_up: GivenUp | None = None
        self.box = MessageBox()
        self.box.send_wanted.connect(self._on_send)
        self.box.save_wanted.connect(self._on_save)
        self.box.edit_last_wanted.connect(self.edit_last_wanted)
        self.box.undo_wanted.connect(self._on_undo)
        self.box.textChanged.connect(self.changed)
        self.files = FileChips()
        self.files.changed.connect(self._on_files)
        self.note = Label("", "small", "warn", elide=True)
        self.speaker = Segmented("Who says it", ("You", "Model"))
        self._save = GhostButton("Save", keys="Ctrl+Return", tip="Keep it without an answer")
        self._save.clicked.connect(self._on_save)
        self._cancel_edit = GhostButton("Cancel", keys="Esc")
        self._cancel_edit.clicked.connect(self.cancelled_edit)
        self._editing = QWidget()
        editing = row(self.note, self.speaker, self._save, self._cancel_edit)
        editing.setStretch(0, 1)
        self._editing.setLayout(editing)
        self._editing.hide()
        self._form: QWidget | None = None
        self.form_text = ""
        """What the prompt in the form makes of its values, while that is shown."""
        self._make_choices(bridge)
        self._writing = QWidget()
        line = row(self.box, self.queue, self.attach, gap=4)
        line.setAlignment(self.queue, Qt.AlignmentFlag.AlignBottom)
        line.setAlignment(self.attach, Qt.AlignmentFlag.AlignBottom)
        line.setStretch(0, 1)
        self._writing.setLayout(line)
        self._layout = column(
            self._editing, self.files, self._writing, self._lower(), margins=(10, 8, 10, 10), gap=6
        )
        self.setLayout(self._layout)

    def _make_choices(self, bridge: Bridge) -> None:
        """How the answer is made, and what goes with it."""
        self.strategy = StrategyChooser(height=28)
        self.parameters = ParametersButton()
        self.parameters.setProperty("tall", False)
        self.model = ModelChooser(bridge, height=28)
        self.model.setMinimumWidth(_MODEL_WIDTH)
        self.sampling = SamplingButton(bridge, short=True)
        self.sampling.setProperty("tall", False)
        self.others = AnswerersButton(self.model, self.strategy)
        self.system_button = IconButton("file", "System prompt")
        self.system_button.clicked.connect(self.system_wanted)
        self.attach = IconButton("paperclip", "Attach files")
        self.attach.clicked.connect(self.files_wanted)
        self.queue = GhostButton("Queue", keys="Return", tip="Send it when the answer is written")
        self.queue.clicked.connect(self._on_send)
        self.queue.hide()
        self.box.textChanged.connect(self._show_queue)
        self.context = GhostButton("")
        self.context.setAccessibleName("Tokens of the context")
        self.context.clicked.connect(self.context_wanted)
        self._connect_options()
        self.send = SendButton()
        self.send.clicked.connect(self._on_button)

    def _lower(self) -> QHBoxLayout:
        return row(
            self.strategy,
            self.parameters,
            self.model,
            self.sampling,
            self.system_button,
            None,
            self.context,
            self.send,
            gap=4,
        )

    # --- how answers are made -------------------------------------------------------------------

    def _connect_options(self) -> None:
        self.strategy.strategy_chosen.connect(self.options_changed)
        self.model.currentIndexChanged.connect(self.options_changed)
        self.others.changed.connect(self.options_changed)
        self.sampling.form.changed.connect(self.options_changed)
        self.strategy.strategy_chosen.connect(self._on_strategy)

    @Slot(str)
    def _on_strategy(self, strategy_id: str) -> None:
        self._show_parameters(strategy_id, {})

    def _show_parameters(self, strategy_id: str, values: Mapping[str, Any]) -> None:
        info, usual = self.strategy.infos[strategy_id], chat_params(strategy_id)
        wanted = {field.name: field.default for field in info.fields} | usual | dict(values)
        if info is not self._shown_strategy or self.parameters.form.values() != wanted:
            self._shown_strategy = info  # a new form is a part of what opening a conversation takes
            self.parameters.show_strategy(info, values, usual)

    def set_strategies(self, infos: Sequence[StrategyInfo]) -> None:
        """Fill the list of strategies."""
        self.strategy.set_strategies(infos)
        if self._wanted is not None:
            self.show_options(self._wanted)

    def options(self, system: str) -> ChatOptions:
        """How the next answer is made."""
        return ChatOptions(
            strategy=self.strategy.strategy,
            params=self.parameters.form.values(),
            model=self.model.model_path,
            sampling=self.sampling.sampling,
            seed=self.sampling.seed,
            mode=self.sampling.mode,
            system=system,
            others=self.others.answerers(),
        )

    def show_options(self, kept: Mapping[str, Any]) -> None:
        """Show how a conversation is answered; what is not kept is as at first."""
        self._wanted = None if self.strategy.infos else kept
        if self.strategy.infos:
            if not self.strategy.choose(kept.get("strategy") or "direct"):
                self.strategy.choose("direct")
            self._show_parameters(self.strategy.strategy, kept.get("params") or {})
        sampling = kept.get("sampling")
        values = msgspec.to_builtins(Sampling()) | (sampling if isinstance(sampling, dict) else {})
        self.sampling.set_values(
            values | {"seed": kept.get("seed") or 0, "mode": kept.get("mode") or "fast"}
        )
        self.model.want(str(kept.get("model") or ""))
        self.others.show_kept(kept.get("others"))

    # --- what is written ------------------------------------------------------------------------

    @Slot()
    def _on_send(self) -> None:
        if self.is_form:
            self.form_sent.emit()
        elif self._is_written:
            self.sent.emit(self.box.toPlainText())

    @Slot()
    def _on_save(self) -> None:
        if self._is_written and not self.send.is_stop:
            self.saved.emit(self.box.toPlainText())

    @property
    def _is_written(self) -> bool:
        return bool(self.box.toPlainText().strip() or self.files.parts)

    @Slot()
    def _on_files(self) -> None:
        self.chain_tabs()
        self._show_queue()
        self.changed.emit()

    @Slot()
    def _show_queue(self) -> None:
        """Offer to have the message wait while an answer is written."""
        waits = self.send.is_stop and self._is_written and not self.is_elsewhere
        self.queue.setVisible(waits)

    @Slot()
    def _on_button(self) -> None:
        if self.send.is_stop:
            self.stopped.emit()
        else:
            self._on_send()

    def show_running(self, running: bool) -> None:
        """Send while nothing is written, Stop while something is."""
        self.send.show_running(running)
        self._show_queue()

    def draft(self, system: str | None) -> ChatDraft:
        """What is written and not sent."""
        text = self.box.toPlainText()
        if self.insertion is not None:  # without its place it is a message like any other
            parts = (self._kept_text, text)
            return ChatDraft(
                text="\n\n".join(each for each in parts if each),
                system=system,
                attachments=(*self._kept_files, *self.files.parts),
            )
        if self.edited is None:
            return ChatDraft(text=text, system=system, attachments=self.files.parts)
        return ChatDraft(
            text=self._kept_text,
            system=system,
            edited_id=self.edited.message_id,
            edited_text=text,
            attachments=self._kept_files,
            edited_attachments=self.edited_files,
        )

    @property
    def edited_files(self) -> tuple[Part, ...] | None:
        """The files of the message that is edited, None where they are as they were."""
        if self.edited is None:
            return None
        parts = self.files.parts
        return None if parts == attached_files(self.edited.attachments) else parts

    def show_draft(self, draft: ChatDraft, edited: ChatMessage | None) -> None:
        """Show what was written in a conversation; ``edited`` is the message that is edited.

        Where it is not there any more, its text is a message like any other.
        """
        self.edited, self.insertion, self._kept_text = None, None, ""
        self._given_up = None
        self._kept_files = ()
        self._show_work()
        self.files.set_parts(draft.attachments)
        texts = (draft.text, "" if edited is not None else draft.edited_text)
        self._set_text("\n\n".join(each for each in texts if each))
        if edited is not None:
            self.edit(edited, draft.edited_text)
            if draft.edited_attachments is not None:
                self.files.set_parts(draft.edited_attachments)
        self.box.document().clearUndoRedoStacks()  # Ctrl+Z stays in this conversation
        self.edit_changed.emit()

    def edit(self, message: ChatMessage, text: str) -> None:
        """Put an earlier message into the box; what was in it comes back afterwards."""
        self._begin_work(message, None)
        self._set_text(text, undo=False)
        self.files.set_parts(attached_files(message.attachments))
        self.edit_changed.emit()

    def insert(self, message: ChatMessage, *, after: bool) -> None:
        """Write something that is inserted before or after a message."""
        self._begin_work(None, Insertion(message, after))
        self.speaker.show_choice(int((message.role == "user") == after))
        self._set_text("", undo=False)
        self.files.set_parts(())
        self.edit_changed.emit()

    @property
    def is_elsewhere(self) -> bool:
        """Whether the box is for an edit or an insertion, not for the next message."""
        return self.edited is not None or self.insertion is not None

    def _begin_work(self, edited: ChatMessage | None, insertion: Insertion | None) -> None:
        if not self.is_elsewhere:
            self._kept_text = self.box.toPlainText()
            self._kept_files = self.files.parts
        self._given_up = None
        self.edited, self.insertion = edited, insertion
        self._show_work()

    def _show_work(self) -> None:
        """Say what the box is for, and what Send does."""
        edited, insertion = self.edited, self.insertion
        self.work += 1
        self._show_queue()
        self._editing.setVisible(self.is_elsewhere)
        self.speaker.setVisible(insertion is not None)
        is_asking = edited is not None and edited.role == "user"
        self._save.setVisible(is_asking)
        saves = insertion is not None or (edited is not None and not is_asking)
        self.send.show_words("Save" if saves else "Send")
        if insertion is not None:
            where = "after" if insertion.after else "before"
            self.note.setText(f"Inserted {where} a message: a new branch with the rest.")
        elif edited is not None:
            whose = "an earlier message" if is_asking else "an answer"
            self.note.setText(f"Editing {whose}: a new branch begins there.")

    def cancel_edit(self) -> None:
        """Give up what is edited or inserted; Ctrl+Z goes on with it."""
        if self.is_elsewhere:
            given_up = GivenUp(
                self.edited, self.insertion, self.speaker.index, self.box.toPlainText(),
                self.files.parts,
            )  # fmt: skip
            self.end_edit()
            self._given_up = given_up

    @Slot()
    def _on_undo(self) -> None:
        """Go on with what was cancelled."""
        work = self._given_up
        if work is None or self.is_elsewhere:
            return
        if work.insertion is not None:
            self.insert(work.insertion.message, after=work.insertion.after)
            self.speaker.show_choice(work.speaker)
            self._set_text(work.text, undo=False)
        elif work.edited is not None:
            self.edit(work.edited, work.text)
        self.files.set_parts(work.files)

    def end_edit(self) -> None:
        """The next message is in the box again."""
        if self.is_elsewhere:
            self.edited = self.insertion = None
            self._show_work()
            self._set_text(self._kept_text, undo=False)
            self.files.set_parts(self._kept_files)
            self._kept_text, self._kept_files = "", ()
            self.edit_changed.emit()

    def take_back(self, text: str, files: tuple[Part, ...] = ()) -> None:
        """What could not be sent goes back into the box, before what was written since."""
        since = self.box.toPlainText()
        self._set_text("\n\n".join(each for each in (text, since) if each.strip()))
        self.files.set_parts((*files, *self.files.parts))

    def clear(self) -> None:
        """What was in the box is sent."""
        self._given_up = None
        self.box.clear()
        self.files.set_parts(())

    def put_above(self, widget: QWidget) -> None:
        """Show something over what is written."""
        self._layout.insertWidget(0, widget)
        self.chain_tabs()

    def type_text(self, text: str) -> None:
        """Type into the box, from wherever the focus was."""
        self.box.setFocus()
        press = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, text)
        QCoreApplication.sendEvent(self.box, press)

    def _set_text(self, text: str, *, undo: bool = True) -> None:
        if text != self.box.toPlainText():
            cursor = self.box.textCursor()
            cursor.beginEditBlock()  # so that Ctrl+Z brings back what was there
            cursor.select(cursor.SelectionType.Document)
            cursor.insertText(text)
            cursor.endEditBlock()
        if not undo:  # what was typed before was typed for another message
            self.box.document().clearUndoRedoStacks()
        self.box.moveCursor(QTextCursor.MoveOperation.End)

    # --- a prompt in the message ----------------------------------------------------------------

    def put_form(self, form: QWidget) -> None:
        """Take the form that is shown in place of the message box on demand."""
        self._form = form
        self._layout.insertWidget(self._layout.indexOf(self._writing), form)
        self.chain_tabs()

    @property
    def is_form(self) -> bool:
        """Whether a form is shown in place of the message box."""
        return self._form is not None and not self._form.isHidden()

    def take_focus(self) -> bool:
        """Give the message box, or the form in its place, the focus."""
        if self._form is not None and self.is_form:
            self.chain_tabs()  # its fields are those of another prompt
            first = next((it for it in reading_order(self._form) if it.isVisible()), self._form)
            first.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def chain_tabs(self) -> None:
        """Tab goes through the card as it is read, whatever was put into it last."""
        chain_in_place(self)

    def show_form(self, *, shown: bool) -> None:
        """Show the form in place of the message box, or the box again."""
        if self._form is not None:
            self._form.setVisible(shown)
            self._writing.setVisible(not shown)

    @property
    def next_text(self) -> str:
        """What would be sent now."""
        return self.form_text if self.is_form else self.box.toPlainText()

    def show_form_text(self, text: str) -> None:
        """The prompt in the form has another text."""
        self.form_text = text
        self.options_changed.emit()

    def take_text(self, text: str) -> None:
        """A rendered prompt becomes the message."""
        self._set_text(text)
        self.box.setFocus()

    def send_text(self, text: str) -> None:
        """Send a rendered prompt; it waits where an answer is being written."""
        self._set_text(text)
        self._on_send()

    def show_problem(self, sentence: str) -> None:
        """Say why a prompt cannot be put into the message."""
        self.problem.emit(sentence)

    def show_report(self, report: ContextReport) -> None:
        """Say how full the context is, in tokens, or why that is not known."""
        used, context = f"{report.used:,}", f"{report.context:,}"
        uncounted = report.uncounted
        self.context.set_text("not counted" if uncounted else f"{used} / {context}")
        set_tone(self.context, "bad" if report.over_tokens else "text-3")
        over = count_text(report.over_tokens, "token")
        words = f"Too long by {over}." if report.over_tokens else "Tokens of the next prompt."
        if uncounted:
            words = f"{uncounted[0].upper()}{uncounted[1:]}."
        self.context.setToolTip(plain_tip(f"{words} Shows what they are of."))
