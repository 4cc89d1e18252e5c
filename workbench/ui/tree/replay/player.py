"""The replay controls: play, step, speed, the last event, and the timeline."""

from __future__ import annotations

import time

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame

from workbench.ui.kit import Button, Chooser, IconButton, Label, column, row
from workbench.ui.tree.replay.timeline import Timeline
from workbench.ui.tree.view_model import TreeModel
from workbench.ui.tree.words import event_sentence

_FRAME_MS = 33
_SPEEDS = (1, 2, 4, 8, 16, 64)


class Player(QFrame):
    """Replays a run. While it plays, the time of the run goes on at a multiple of real time."""

    def __init__(self, model: TreeModel) -> None:
        super().__init__()
        self._model = model
        self._known = 0
        self._clock = 0.0
        self._last = 0.0
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setProperty("rule", "top")
        self.back = IconButton("skip-back", "Event before")
        self.play = IconButton("play", "Play")
        self.forward = IconButton("skip-forward", "Next event")
        self.speed = Chooser("Speed of the replay", height=26, width=64)
        for speed in _SPEEDS:
            self.speed.add_choice(f"{speed} ×", speed)
        self.speed.choose(4)
        self.place = Label("", "body-strong")
        self.sentence = Label("", "body", "text-2", elide=True)
        self.live = Button("Live", "dot", tip="Follow the end of the run")
        self.timeline = Timeline()
        line = row(self.back, self.play, self.forward, 4, self.speed, 8, self.place, gap=4)
        line.addWidget(self.sentence, 1)
        line.addWidget(self.live)
        line.setContentsMargins(12, 6, 16, 2)
        self.setLayout(column(line, self.timeline, margins=(0, 0, 0, 2), gap=0))
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._tick)
        self.back.clicked.connect(self.step_back)
        self.forward.clicked.connect(self.step_forward)
        self.play.clicked.connect(self.toggle)
        self.live.clicked.connect(self.go_live)
        self.timeline.valueChanged.connect(self._on_slid)

    @property
    def playing(self) -> bool:
        """Whether the replay runs by itself."""
        return self._timer.isActive()

    @Slot()
    def show_opened(self) -> None:
        """Another run."""
        self._stop()
        self._known = len(self._model.replay)
        self.timeline.tone = self._model.info.short
        with QSignalBlocker(self.timeline):
            self.timeline.show_run(self._model.replay.events)
        self.show_place()

    @Slot()
    def show_place(self) -> None:
        """The run, or the place in it, changed."""
        model, replay = self._model, self._model.replay
        with QSignalBlocker(self.timeline):
            if len(replay) > self._known:
                self.timeline.extend(replay.events[self._known :])
                self._known = len(replay)
            self.timeline.setValue(replay.position)
        self.timeline.update()
        at = replay.position
        self.place.setText(f"Event {at:,}")
        last = replay.events[at - 1].event if at else None
        words = event_sentence(last, replay.state) if last is not None else "nothing yet"
        self.sentence.setText(f"of {len(replay):,} · {words}")
        self.timeline.setAccessibleDescription(f"Event {at:,} of {len(replay):,}, {words}")
        following = model.live and not self.playing
        self.live.setVisible(bool(replay.events) and not model.ended)
        self.live.set_text("Live" if following else "Go live")
        self.live.tone = "tot" if following else "text-3"
        self.live.set_icon("dot")
        self.back.setEnabled(at > 0)
        self.forward.setEnabled(at < len(replay))

    @Slot(int)
    def _on_slid(self, position: int) -> None:
        self._stop()
        self._model.seek(position)

    @Slot()
    def step_back(self) -> None:
        """One event earlier."""
        self._on_slid(self._model.replay.position - 1)

    @Slot()
    def step_forward(self) -> None:
        """One event later."""
        self._on_slid(self._model.replay.position + 1)

    @Slot()
    def go_live(self) -> None:
        """To the end, and on with it."""
        self._on_slid(len(self._model.replay))

    @Slot()
    def toggle(self) -> None:
        """Play, from the beginning where the end is shown; or stop."""
        if self.playing:
            self._stop()
            self.show_place()
            return
        replay = self._model.replay
        if replay.position == len(replay):
            self._model.seek(0)
        self._clock = self.timeline.model.time_of(replay.position)
        self._last = time.monotonic()
        self._timer.start()
        self._show_playing()

    def _stop(self) -> None:
        self._timer.stop()
        self._show_playing()

    def _show_playing(self) -> None:
        name = "Pause the replay" if self.playing else "Play"
        self.play.set_icon("pause" if self.playing else "play")
        self.play.setAccessibleName(name)
        self.play.setToolTip(name)

    @Slot()
    def _tick(self) -> None:
        now = time.monotonic()
        self.advance(now - self._last)
        self._last = now

    def advance(self, seconds: float) -> None:
        """Let so much real time pass in the replay."""
        self._clock += seconds * float(self.speed.currentData())
        position = self.timeline.model.position_at(self._clock)
        if position >= len(self._model.replay):
            self._stop()
        if position != self._model.replay.position:
            self._model.seek(position)
