"""Joins the panel with its columns: which answers are side by side, and what is done there."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.runs.run_state import RunState
from workbench.domain.servers import PREFIX, model_name
from workbench.domain.views import ChatMessage
from workbench.ui.actions import Action
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.sides.places import place_of
from workbench.ui.chat.sides.sides_view import SidesView

if TYPE_CHECKING:
    from workbench.ui.chat.panel import ChatPanel


class Sides(QObject):
    """Columns in the transcript of Chat.

    Args:
        panel: whose transcript and model these are.
        make: a widget for an answer.
    """

    def __init__(self, panel: ChatPanel) -> None:
        super().__init__(panel)
        self._panel, self._model = panel, panel.model
        self._model.live.listed.connect(self._show_waiting)

    def actions(self) -> tuple[Action, ...]:
        """What is done by keys, and from the palette."""
        return (
            Action(id="chat.sides", title="Versions of the answer side by side, or one",
                   run=self.toggle, keys="Ctrl+Shift+D",
                   when=lambda: self._candidate() is not None),
        )  # fmt: skip

    # --- widgets --------------------------------------------------------------------------------

    def make_row(self, message: ChatMessage) -> MessageView | SidesView:
        """The widget of a place: its columns, or the version that is shown."""
        versions = self._model.sides.get(message.message_id)
        if versions is None:
            view = self._panel.make_view(message)
            view.sides_wanted.connect(self.open)
            view.version_wanted.connect(self._panel.branches.show_version)
            return view
        titles = {each.id: each.title for each in self._model.strategies}
        row = SidesView(self._make_column, message, versions, titles)
        row.go_on_wanted.connect(functools.partial(self._on_go_on, row))
        row.stop_wanted.connect(self._model.stop_run)
        row.closed.connect(functools.partial(self._on_closed, row))
        row.changed.connect(self._panel.tint.refresh)
        return row

    def _make_column(self, message: ChatMessage) -> MessageView:
        view = self._panel.make_view(message)
        view.in_column = True
        view.set_message(view.message)
        return view

    def refresh(self) -> None:
        """The branch was read: each place has columns or one version, as it should."""
        transcript, sides = self._panel.transcript, self._model.sides
        for index in sorted(transcript.rows):
            row = transcript.rows[index]
            versions = sides.get(row.message.message_id)
            if isinstance(row, SidesView) != (versions is not None):
                transcript.remake(index)
            elif isinstance(row, SidesView) and versions is not None:
                row.show_versions(row.message, versions)
        self._show_waiting()

    @Slot()
    def _show_waiting(self) -> None:
        """Say of answers that have not begun which model they wait for."""
        for row in self._panel.transcript.rows.values():
            if isinstance(row, SidesView):
                self._show_waiting_in(row)

    def _show_waiting_in(self, row: SidesView) -> None:
        states = {view: self._model.live.state(view.message.run_id) for view in row.answers}
        begun = [
            view.message
            for view, state in states.items()
            if state is not None and not view.message.model.startswith(PREFIX)
        ]
        for view, state in states.items():
            message = view.message
            if message.run_status != "running" or state is not None:
                continue
            others = [each.model for each in begun if each.model != message.model]
            if others and not message.model.startswith(PREFIX):
                view.empty.setText(f"Waits for {model_name(others[0])}.")
            else:
                view.empty.setText("Waits for its model.")
            view.empty.show()

    def show_run(self, place: int, state: RunState, text: str) -> None:
        """Show how far an answer is, in whichever column it is."""
        row = self._panel.transcript.rows.get(place)
        if row is None:
            return
        for view in row.answers:
            if view.message.run_id == state.run_id:
                view.show_run(state, text)
        if isinstance(row, SidesView) and state.status != "running":
            row.show_running([state.run_id])

    # --- what the user does ---------------------------------------------------------------------

    @Slot(object)
    def open(self, message: ChatMessage) -> None:
        """Show the versions of an answer side by side."""
        self._show(message, side_by_side=True)

    def toggle(self) -> None:
        """Side by side, or one, for the answer with the focus or the last that has versions."""
        message = self._candidate()
        if message is not None:
            self._show(message, side_by_side=message.message_id not in self._model.sides)

    def _candidate(self) -> ChatMessage | None:
        messages, focused = self._model.messages, self._panel.transcript.keys.focused
        found = [each for each in messages if _has_sides(each)]
        if focused is not None and _has_sides(messages[focused]):
            return messages[focused]
        return found[-1] if found else None

    def _show(self, message: ChatMessage, *, side_by_side: bool) -> None:
        self._model.wanted_sides[place_of(message)] = side_by_side
        self._panel.stays = self._model.place_of_message(message)
        self._model.read_messages()

    def _on_closed(self, row: SidesView) -> None:
        self._show(row.message, side_by_side=False)
        self._focus_box(row)

    def _on_go_on(self, row: SidesView, message: ChatMessage) -> None:
        """The conversation goes on with this answer, which is shown alone now."""
        self._model.wanted_sides[place_of(row.message)] = False
        self._focus_box(row)
        self._panel.branches.show_version(row.message, message.message_id)

    def _focus_box(self, row: QWidget) -> None:
        """What had the focus goes away: the next thing is to write."""
        focus = row.window().focusWidget()
        if focus is not None and row.isAncestorOf(focus):
            self._panel.composer.box.setFocus()


def _has_sides(message: ChatMessage) -> bool:
    return message.role == "assistant" and not message.kind and len(message.sibling_ids) > 1
