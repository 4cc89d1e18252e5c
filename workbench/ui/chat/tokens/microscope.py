"""The sampler microscope: what a chain of samplers would have cut along a stored answer."""

from __future__ import annotations

import math

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.microscope import SamplerPlace, SamplerReplay
from workbench.domain.text import count_text
from workbench.domain.views import ChatMessage
from workbench.ui.bridge import Bridge
from workbench.ui.chat.tokens.places_table import PlacesTable
from workbench.ui.kit import IconButton, Label, Switch, column, row
from workbench.ui.kit.forms.run_choices import SamplingButton
from workbench.ui.tasks import latest
from workbench.ui.tree.inspector.token_view import shown_token

WIDTH = 384
_PAUSE_MS = 400
_EXPLAINED = (
    "The loaded model scores the answer again and these samplers are applied at each token. "
    "Nothing is drawn; the answer stays as it is."
)


class Microscope(QFrame):
    """A pane with the samplers' form and the tokens of one answer.

    Signals:
        pointed(ChatMessage, int): a byte of an answer whose token was chosen in the list.
        closed().
    """

    pointed = Signal(object, int)
    closed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.message: ChatMessage | None = None
        self.replay: SamplerReplay | None = None
        self.setProperty("surface", "panel")
        self.setMinimumWidth(WIDTH)
        self.setAccessibleName("Sampler microscope")
        close = IconButton("close", "Close the sampler microscope", size=24, glyph=14)
        close.clicked.connect(self.closed)
        self.sampling = SamplingButton(bridge, short=True)
        self.sampling.changed.connect(self._on_changed)
        self.only_cut = Switch("Only what is cut")
        self.only_cut.toggled.connect(self._show_rows)
        self.words = Label(_EXPLAINED, "small", "text-2", wrap=True)
        self.chain = Label("", "small", "text-3", wrap=True)
        self.table = PlacesTable()
        self.table.chosen.connect(self._on_chosen)
        self.details = Label("", "code-small", "text-2", wrap=True)
        self.details.setMinimumHeight(9 * 16)
        head = row(Label("Samplers along the answer", "body-strong"), None, close)
        form = row(self.sampling, None, self.only_cut)
        parts = column(head, self.words, form, self.chain, self.table, self.details,
                       margins=(16, 8, 12, 12), gap=8)  # fmt: skip
        parts.setStretch(4, 1)
        self.setLayout(parts)
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._soon.timeout.connect(self._look)
        self.hide()

    def open_for(self, message: ChatMessage, values: dict[str, object]) -> None:
        """Look at an answer; the form begins with the samplers that the chat has."""
        if self.isHidden():
            self.sampling.set_values(values)
        self.message = message
        self.show()
        self._look()

    @Slot()
    def _on_changed(self) -> None:
        self._soon.start()

    @Slot()
    def _look(self) -> None:
        if self.message is not None and not self.isHidden():
            self.words.setText("Scoring…")
            self._read(self.message.message_id)

    @latest
    async def _read(self, message_id: int) -> None:
        sampling = self.sampling.sampling
        try:
            found = await self._bridge.ask(
                lambda core: core.tokens.look_at_message(message_id, sampling)
            )
        except WorkbenchError as error:
            self.replay = None
            self.words.setText(str(error))
            self.chain.setText("")
            self._show_rows()
            return
        self.replay = found
        cut = count_text(len(found.cut), "token")
        self.words.setText(
            f"{cut} of {len(found.pieces):,} could not have been drawn with these samplers. "
            f"Scored by {found.model}."
        )
        self.chain.setText(" · ".join((" → ".join(found.chain) or "no sampler", *found.ignored)))
        self._show_rows()

    @Slot()
    def _show_rows(self) -> None:
        self.table.places.show_replay(self.replay, only_cut=self.only_cut.isChecked())
        self.details.setText("")
        if self.table.places.rows:
            self.table.selectRow(0)

    @Slot(int)
    def _on_chosen(self, piece: int) -> None:
        replay = self.replay
        if replay is None or piece < 0:
            self.details.setText("")
            return
        found = replay.pieces[piece]
        self.details.setText(details_of(replay.places[found.first], replay.chain))
        if self.message is not None:
            self.pointed.emit(self.message, found.start)


def details_of(place: SamplerPlace, chain: tuple[str, ...]) -> str:
    """What the chain leaves at a place: the number after each sampler, then the best tokens."""
    counts = ", ".join(
        f"{name} {count:,}" for name, count in zip(chain, place.counts, strict=False)
    )
    lines = [f"left after: {counts}" if counts else "no sampler works"]
    for each in place.strongest:
        after = (
            f"cut by {each.cut_by}"
            if each.cut_by or each.left_logprob is None
            else f"{math.exp(each.left_logprob):.2f}"
        )
        lines.append(f"{shown_token(each.text)}  {math.exp(each.logprob):.2f} → {after}")
    return "\n".join(lines)
