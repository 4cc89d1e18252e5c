"""The Chat workspace: conversations, transcript, composer."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.chat import UNBEGUN, ChatDraft
from workbench.domain.runs.run_state import RunState
from workbench.domain.views import ChatMessage
from workbench.ui.actions import Action
from workbench.ui.chat.afterwards.notices import AnswerNotices
from workbench.ui.chat.afterwards.titles import TitleOffers
from workbench.ui.chat.attaching.attaching import Attaching
from workbench.ui.chat.branching.branches import Branches
from workbench.ui.chat.context.sight import ContextSight
from workbench.ui.chat.conversation_list import ConversationList
from workbench.ui.chat.files.transfers import Transfers
from workbench.ui.chat.filing.filing import Filing
from workbench.ui.chat.finding import Finding
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.off_record.off_record import OffRecord
from workbench.ui.chat.page import ChatPage
from workbench.ui.chat.reading import MessagePlace, Reading
from workbench.ui.chat.regions import regions_of
from workbench.ui.chat.sending import Sending
from workbench.ui.chat.side import Side
from workbench.ui.chat.sides.sides import Sides
from workbench.ui.chat.sides.sides_view import SidesView
from workbench.ui.chat.slash.slash import Slash
from workbench.ui.chat.tokens.microscope import WIDTH as MICROSCOPE_WIDTH
from workbench.ui.chat.tokens.microscope import Microscope
from workbench.ui.chat.tokens.tint import TokenTint
from workbench.ui.chat.view_model import ChatModel, answer_text
from workbench.ui.erasing import Eraser
from workbench.ui.evaluate.data.case_form import case_action
from workbench.ui.kit import Splitter, column
from workbench.ui.kit.held_keys import HeldKeys
from workbench.ui.panels import Context, Panel
from workbench.ui.session import read_session, stored


class ChatSession(msgspec.Struct, frozen=True, kw_only=True):
    """What is found again at the next start."""

    conversation: int | None = None
    sizes: list[int] = []
    context: bool | msgspec.UnsetType = msgspec.UNSET
    """Whether its pane is shown."""
    map: bool | msgspec.UnsetType = msgspec.UNSET
    place: MessagePlace | msgspec.UnsetType = msgspec.UNSET
    tinted: bool | msgspec.UnsetType = msgspec.UNSET
    """Whether answers are. These three are written only where they are on."""
    text: str | msgspec.UnsetType = msgspec.UNSET
    """Of an earlier version, which had one text for all conversations; not written, as system."""
    system: str | msgspec.UnsetType = msgspec.UNSET


class ChatPanel(Panel):
    """Joins the parts; the work is in ChatModel."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.model = ChatModel(self.bridge)
        self.stays: int | None = None
        """The message that keeps its height on the screen at the next change."""
        self._is_showing = False
        self._deletion = ""
        """What the bar says of a deleted conversation, whichever is shown."""
        self._sought = ""
        """The words of the search whose hit is being opened."""
        self.page = ChatPage(self.bridge, self._make_row)
        self.composer, self.transcript = self.page.composer, self.page.transcript
        self.reading = Reading(self.transcript)
        self.held = HeldKeys(self.composer.box)
        self.system, self.banner = self.page.system, self.page.banner
        self.sending = Sending(self.page, self.model)
        self.sight = ContextSight(self.bridge, self.page, self.model, self.sending)
        self.attaching = Attaching(self.bridge, self.page)
        self.slash = Slash(self.bridge, self.composer, self._open_prompt)
        self.tint = TokenTint(self.page, self.sending, self.bridge)
        self._microscope: Microscope | None = None
        self.list = ConversationList()
        self.branches = Branches(self)
        self.off_record = OffRecord(self)
        self.sides = Sides(self)
        self.finding = Finding(self.page.find_bar, self.transcript)
        self.side = Side()
        self.side.add(self.branches.map)
        self.side.add(self.sight.pane)
        self.transfers = Transfers(self, self.model, self.list)
        self.filing = Filing(self.bridge, self.model, self.list, self.banner)
        self.titles = TitleOffers(self.bridge, self.model, self.banner)
        self.notices = AnswerNotices(self.model, self)
        self.splitter = Splitter(
            self.list,
            self.page,
            self.side,
            name="Conversations, transcript and panes",
            keeps_shares=False,
        )
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setCollapsible(2, False)  # what was hidden comes back in its width
        self.splitter.setSizes([264, 836, 264])
        self.setLayout(column(self.splitter, gap=0))
        self.regions = regions_of(self)
        self._connect()
        self._show_system()

    def _connect(self) -> None:
        model, composer = self.model, self.composer
        model.conversations_changed.connect(self._on_conversations)
        model.strategies_changed.connect(self._on_strategies)
        model.opens_at_end = self._opens_at_end
        model.opening.connect(self.held.hold)
        model.settled.connect(self.held.settle)
        model.opened.connect(self._on_opened)
        model.messages_changed.connect(self._on_messages)
        model.found.connect(self._on_found)
        model.answer_changed.connect(self._on_answer)
        model.running_changed.connect(self._on_running)
        model.failed.connect(self.banner.show_message)
        model.deleted.connect(self._on_deleted)
        model.last_system_changed.connect(self.system.show_last)
        model.drafts.read.connect(self._show_draft)
        self.list.chosen.connect(self._open)
        self.list.create_wanted.connect(self._new)
        self.list.searched.connect(model.search)
        self.list.first_wanted.connect(model.open_first)
        model.first_found.connect(self._open)
        self.list.renamed.connect(model.rename)
        self.list.title_wanted.connect(self.titles.ask)
        self.titles.failed.connect(self.banner.show_message)
        self.notices.wanted.connect(self._open_noticed)
        self.list.delete_wanted.connect(model.delete)
        self.eraser = Eraser(self.bridge, self.context.notify, self)
        self.list.erase_wanted.connect(self._erase)
        self.eraser.erased.connect(self._on_erased)
        composer.stopped.connect(model.stop)
        composer.problem.connect(self.banner.show_message)
        composer.system_wanted.connect(self._open_system)
        composer.changed.connect(self._keep_draft)
        self.system.changed.connect(self._keep_draft)
        self.tint.samplers_wanted.connect(self._open_samplers)
        self.system.profiles.chosen.connect(self._keep_options)
        self.system.profiles.begin_wanted.connect(model.begin_with)
        self.transcript.typed.connect(composer.type_text)
        self.list.typed.connect(composer.type_text)
        self.finding.closed.connect(self._focus_box)

    def top_widgets(self) -> tuple[QWidget, ...]:
        """Who else answers, and the switches of the tint and of the map."""
        return (self.composer.others, self.tint.button, self.branches.map_button)

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done here."""
        return (
            Action(id="chat.new", title="New conversation", run=self._new, keys="Ctrl+N"),
            Action(id="chat.stop", title="Stop the answer", run=self._stop, keys="Esc"),
            Action(id="chat.find", title="Find in the conversation", run=self.finding.open,
                   keys="Ctrl+F"),
            Action(id="chat.find_next", title="Next match", run=self.finding.bar.go_on,
                   keys="F3", when=self._is_finding),
            Action(id="chat.find_previous", title="Previous match",
                   run=self.finding.bar.go_back, keys="Shift+F3", when=self._is_finding),
            Action(id="chat.system", title="Edit the system prompt", run=self._open_system),
            Action(id="chat.tokens", title="Tint answers by probability", run=self.tint.toggle,
                   keys="Ctrl+Shift+P", is_on=lambda: self.tint.is_on),
            *self.regions.actions("chat.parts"),
            *self.off_record.actions(),
            *self.branches.actions(),
            *self.sides.actions(),
            *self.sight.actions(),
            case_action("chat", self.context, self, self._last_run),
            *self.attaching.actions(),
            *self.transfers.actions(),
            *self.titles.actions(),
        )  # fmt: skip

    def _last_run(self) -> int | None:
        """The run of the last answer of the conversation, None where it is off the record."""
        if self.off_record.is_shown:
            return None
        runs = [each.run_id for each in self.model.messages if each.run_id is not None]
        return runs[-1] if runs else None

    # --- the list -------------------------------------------------------------------------------

    @Slot()
    def _on_conversations(self) -> None:
        self.list.show_conversations(self.model.conversations, self.model.current)
        self._show_place()

    def _show_place(self) -> None:
        self.breadcrumb_changed.emit([self.model.title or "New conversation"])

    @Slot()
    def _on_strategies(self) -> None:
        self.composer.set_strategies(self.model.strategies)

    @Slot(int)
    def _open(self, conversation_id: int) -> None:
        """Open a conversation of the list, at the words that were searched for."""
        hits = {each.conversation_id: each.hit_id for each in self.model.conversations}
        self._keep_options()
        self.model.open(conversation_id, hits.get(conversation_id))

    @Slot(int)
    def _open_noticed(self, conversation_id: int) -> None:
        """Open the conversation of a notification, from wherever the window was."""
        self.context.go("chat", conversation_id=conversation_id)

    @Slot()
    def _new(self) -> None:
        self._keep_options()
        self.model.start_new()
        self._focus_box()

    @Slot()
    def _focus_box(self) -> None:
        self.composer.take_focus()

    @Slot(int)
    def _erase(self, conversation_id: int) -> None:
        self.eraser.erase((), [conversation_id])

    @Slot(tuple, tuple)
    def _on_erased(self, _runs: tuple[int, ...], conversations: tuple[int, ...]) -> None:
        """They are gone: none of them stays on the screen or in the list."""
        if self.model.current in conversations:
            self.model.start_new()
        self.model.read_conversations()

    @Slot(int, str)
    def _on_deleted(self, conversation_id: int, title: str) -> None:
        undo = functools.partial(self.model.restore, conversation_id)
        self._deletion = f"“{title}” was deleted."
        self.banner.show_message(self._deletion, "text-2", "Undo", undo)

    # --- the transcript -------------------------------------------------------------------------

    @Slot()
    def _on_opened(self) -> None:
        """Another conversation: its options, its system prompt, what was written in it."""
        self.stays = None
        self.list.show_conversations(self.model.conversations, self.model.current)
        if self.banner.message != self._deletion:  # what it says is of the conversation before
            self.banner.hide()
        self.finding.close()
        self.system.section.set_open(False)
        self.slash.show_for(self.model.shown_key)
        self.composer.show_options(self.model.options)
        profile = self.model.options.get("profile")
        self.system.profiles.show_profile(
            profile if isinstance(profile, int) else 0, has_messages=bool(self.model.messages)
        )
        self._show_draft()

    def _opens_at_end(self, conversation_id: int) -> bool:
        """Whether a conversation was left at its end, with nothing to be found above that."""
        self.reading.keep()
        is_edited = self.model.drafts.get(conversation_id).edited_id is not None
        return not is_edited and self.reading.place(conversation_id) is None

    @Slot()
    def _on_messages(self) -> None:
        """Show the branch; widgets of messages that stay are kept."""
        messages = self.model.messages
        self.slash.key = self.model.shown_key  # a new one has its number from its first message on
        stays, self.stays = self.stays, None
        if stays is None and not self.transcript.follows and self._shows_same(messages):
            stays = min(self.transcript.first_shown, max(len(messages) - 1, 0))
        self._show_system()
        self.reading.show(messages, stays)
        self.sides.refresh()
        for index, view in self.transcript.views.items():
            self._show_unanswered(view, index)
        for view in self.transcript.answers():
            self._read_more(view)
        self.tint.refresh()
        self.finding.refresh()
        self._show_place()

    def _shows_same(self, messages: tuple[ChatMessage, ...]) -> bool:
        """Whether the same conversation is shown already."""
        shown = self.transcript.messages
        return bool(shown and messages) and shown[0].conversation_id == messages[0].conversation_id

    def _make_row(self, message: ChatMessage) -> MessageView | SidesView:
        return self.sides.make_row(message)

    def make_view(self, message: ChatMessage) -> MessageView:
        """The widget of a message, with what is known of its run."""
        view = MessageView(message)
        view.regenerate_wanted.connect(self.sending.regenerate)
        view.edit_wanted.connect(self.sending.edit)
        view.delete_wanted.connect(self.branches.delete)
        view.continue_wanted.connect(self.sending.go_on)
        view.answer_wanted.connect(self.sending.answer)
        view.run_wanted.connect(self.open_run)
        view.tree_wanted.connect(self.open_tree)
        view.design_wanted.connect(self._open_design)
        view.save_wanted.connect(self.transfers.save_code)
        state = self.model.live.state(message.run_id)
        if state is not None:
            view.show_run(state, answer_text(state))
        self._read_more(view)
        place = self.model.place_of_message(message)
        if place is not None:
            self._show_unanswered(view, place)
        self.finding.mark(view)
        self.tint.show(view)
        self.sight.mark(view)
        return view

    def _read_more(self, view: MessageView) -> None:
        """Read the run of an answer that has more to it than its row: thoughts, an error."""
        message = view.message
        has_more = message.run_status == "failed" or message.thought_tokens != 0
        ended = message.run_id is not None and message.run_status != "running"
        if ended and has_more and view.run_read != message.run_id:
            view.run_read = message.run_id
            self.model.read_run(message.run_id or 0)

    def _show_unanswered(self, view: MessageView, index: int) -> None:
        if view.is_mine:
            last = index == len(self.model.messages) - 1
            view.show_unanswered(last and not self.model.running)

    @Slot(object, str)
    def _on_answer(self, state: RunState, text: str) -> None:
        place = self.model.place_of(state.run_id)
        if place is not None:
            self.sides.show_run(place, state, text)

    # --- the system prompt ----------------------------------------------------------------------

    def _show_system(self) -> None:
        """The system prompt, in the transcript or above the words of an empty conversation."""
        self.page.show_messages(bool(self.model.messages))
        draft = self.model.drafts.get(self.model.shown_key)
        shown = self.model.system if draft.system is None else draft.system
        has_messages = bool(self.model.messages)
        self.system.show_system(self.model.system, shown, has_messages=has_messages)

    @Slot()
    def _open_system(self) -> None:
        if self.model.messages:
            self.transcript.scroll_to_start()
        self.system.open_editor()

    # --- what is written ------------------------------------------------------------------------

    @Slot()
    def _show_draft(self) -> None:
        draft = self.model.drafts.get(self.model.shown_key)
        edited = next(
            (each for each in self.model.messages if each.message_id == draft.edited_id), None
        )
        self._show_system()
        self._is_showing = True
        self.composer.show_draft(draft, edited)
        self._is_showing = False

    @Slot()
    def _keep_draft(self) -> None:
        if self._is_showing:
            return
        text = self.system.text
        changed = text if text != self.model.system else None
        key = self.model.shown_key
        draft = self.composer.draft(changed)
        waiting = self.sending.waiting.of(key)
        self.model.drafts.set(key, msgspec.structs.replace(draft, waiting=waiting))

    def _keep_options(self) -> None:
        self.model.keep_options(self.sending.options)

    def _is_finding(self) -> bool:
        return bool(self.finding.bar.words)

    def _stop(self) -> None:
        if self.tint.popover.close():
            return
        if self.list.end_search():
            self._focus_box()
        elif self.finding.is_open:
            self.finding.close()
        elif self.slash.is_open:
            self.slash.close()
        elif self.composer.is_elsewhere:
            self.sending.end_edit()
        else:
            self.model.stop()
            if not self.model.running:
                self._focus_box()

    @Slot(bool)
    def _on_running(self, running: bool) -> None:
        self.composer.show_running(running)
        self.busy_changed.emit(self.model.live.any or running)
        for index, view in self.transcript.views.items():
            self._show_unanswered(view, index)

    # --- finding --------------------------------------------------------------------------------

    @Slot(int)
    def _on_found(self, index: int) -> None:
        """Go to the message of a search hit, and highlight its words."""
        self.transcript.show_message(index)
        words = (self._sought or self.model.searched).strip()
        self._sought = ""
        if words and words.casefold() in self.model.messages[index].text.casefold():
            self.finding.open(index, words)
            return
        view = self.transcript.view_at(index)
        if words and view is not None:
            view.open_files(words)

    @property
    def microscope(self) -> Microscope:
        """The samplers along an answer; made when first needed, for its form is large."""
        if self._microscope is None:
            self._microscope = Microscope(self.bridge)
            self._microscope.pointed.connect(self.tint.point)
            self._microscope.closed.connect(self._microscope.hide)
            sizes = self.splitter.sizes()
            sizes[sizes.index(max(sizes))] -= MICROSCOPE_WIDTH  # the page makes room
            self.splitter.addWidget(self._microscope)
            self.splitter.setSizes([*sizes, MICROSCOPE_WIDTH])
        return self._microscope

    @Slot(object)
    def _open_samplers(self, message: ChatMessage) -> None:
        self.microscope.open_for(message, self.composer.sampling.values())

    # --- elsewhere ------------------------------------------------------------------------------

    @Slot(object)
    def open_run(self, message: ChatMessage) -> None:
        """Show the run of an answer in History."""
        if message.run_id is not None and self.off_record.allows_elsewhere():
            self.context.go("history", run_id=message.run_id)

    @Slot(object)
    def open_tree(self, message: ChatMessage) -> None:
        """Show the tree of thoughts behind an answer."""
        if message.run_id is not None and self.off_record.allows_elsewhere():
            self.context.go("tree", run_id=message.run_id)

    @Slot(str)
    def _open_design(self, text: str) -> None:
        if self.off_record.allows_elsewhere():
            self.context.go("design", text=text)

    def _open_prompt(self, path: str) -> None:
        self.context.go("design", path=path)

    def home(self) -> QWidget:
        """Where the keys go."""
        return self.composer.box

    def shown(self) -> None:
        """Read what is new."""
        self._show_place()
        self.model.read_conversations()

    def handle(self, request: dict[str, object]) -> None:
        """Open ``conversation_id`` (at ``message_id``), or go on from ``messages`` in a new one.

        ``import_path`` is a file of conversations to import.
        """
        messages: Any = request.get("messages")
        self._keep_options()
        if messages:
            self.model.continue_from(messages)
            return
        path = request.get("import_path")
        if isinstance(path, str):
            self.transfers.import_paths([path])
            return
        conversation, message = request.get("conversation_id"), request.get("message_id")
        self._sought = str(request.get("words") or "")
        if isinstance(conversation, int):
            self.model.open(conversation, message if isinstance(message, int) else None)

    def unsaved(self) -> str:
        """What is off the record and lost at the end."""
        return self.off_record.lost

    def save_session(self) -> dict[str, object]:
        """The open conversation, its place, and the sizes; drafts are kept by themselves."""
        self.model.drafts.flush()
        self.reading.keep()
        current, sizes = self.model.current, self.splitter.sizes()
        current = None if self.off_record.is_shown else current
        place = self.reading.place(current or UNBEGUN) or msgspec.UNSET
        state = ChatSession(
            conversation=current,
            sizes=sizes,
            place=place,
            context=not self.sight.pane.isHidden() or msgspec.UNSET,
            tinted=self.tint.is_on or msgspec.UNSET,
            map=not self.branches.map.isHidden() or msgspec.UNSET,
        )
        return stored(state)

    def restore_session(self, state: dict[str, object]) -> None:
        """Put it back; what was typed meanwhile stays."""
        session = read_session(ChatSession, state)
        conversation = session.conversation or UNBEGUN
        if session.text and self.model.drafts.get(conversation).is_empty:
            self.model.drafts.set(conversation, ChatDraft(text=session.text))
            if conversation == self.model.shown_key:
                self._show_draft()
        if session.system:
            self.model.read_last_system(session.system)
        if session.place:
            self.reading.remember(conversation, session.place)
        if conversation and self.model.current is None and not self.model.running:
            self.model.open(conversation)
        self.tint.set_on(bool(session.tinted))
        if session.sizes:
            self.splitter.setSizes(session.sizes)
        self.sight.pane.setVisible(bool(session.context))
        if session.map:
            self.branches.show_map()
