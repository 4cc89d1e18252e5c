"""A bundle of a run: what it holds, and whether it comes out the same here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.replayed import BundleInfo, Replayed
from workbench.domain.servers import model_name
from workbench.domain.views import ModelEntry
from workbench.ui.kit import (
    Banner,
    Button,
    Chooser,
    IconButton,
    Label,
    PrimaryButton,
    Section,
    StreamingText,
    column,
    row,
)
from workbench.ui.tasks import cancel, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_HEIGHTS = (18, 220)
_EXACT = ", with the same probabilities to the last bit"


class BundleView(QFrame):
    """The right side of History with a bundle.

    Signals:
        closed(): the run that was open is to be shown again.
        run_wanted(int): the run that was made of the bundle is to be shown.
        replayed(): there is a new run in the history.
    """

    closed = Signal()
    run_wanted = Signal(int)
    replayed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.path = ""
        self.info: BundleInfo | None = None
        self.result: Replayed | None = None
        self.setProperty("surface", "canvas")
        self.title = Label("Bundle", "heading", elide=True)
        self.facts = Label("", "small", "text-2", wrap=True)
        self.model = Chooser("Model of the replay", width=240)
        self.replay_button = PrimaryButton("Replay")
        self.stop = Button("Stop", "stop", tip="Stop the replay")
        self.stop.hide()
        self.open_run = Button("Open the run", "open", tip="Show the run that was made here")
        self.open_run.hide()
        self.banner = Banner(closable=False)
        self._build()
        self.replay_button.clicked.connect(self.replay)
        self.stop.clicked.connect(self.stop_replay)
        self.open_run.clicked.connect(self._on_open_run)

    def _build(self) -> None:
        close = IconButton("close", "Close the bundle")
        close.clicked.connect(self.closed)
        head = QFrame()
        head.setProperty("surface", "panel")
        head.setProperty("rule", "bottom")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        first = row(self.title, close, gap=8)
        first.setStretch(0, 1)
        buttons = row(self.model, self.replay_button, self.stop, self.open_run, None, gap=8)
        head.setLayout(column(first, self.facts, 4, buttons, margins=(16, 8, 12, 10), gap=4))
        self.differences = Label("", "small", "text-2", wrap=True)
        self._differences_part = Section("Not as it was there", self.differences)
        self.expected, self.found = (
            StreamingText(name, "code-small") for name in ("Text there", "Text here")
        )
        self._parting_part = Section(
            "Where it first differs",
            _texts(("There", self.expected), ("Here", self.found)),
        )
        self.output = StreamingText("Output there", "body")
        for text in (self.expected, self.found, self.output):
            text.fit_height(*_HEIGHTS)
        body = QFrame()
        body.setProperty("surface", "canvas")
        parts = (self._parting_part, self._differences_part, Section("Output there", self.output))
        body.setLayout(column(*parts, None, margins=(16, 12, 16, 16), gap=16))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        layout = column(head, self.banner, scroll, gap=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    # --- a bundle -----------------------------------------------------------------------------

    @latest
    async def open(self, path: str) -> None:
        """Read what a bundle holds; nothing of it is run."""
        self.stop_replay()
        self.path, self.info, self.result = path, None, None
        self.title.setText("Reading the bundle…")
        self.facts.setText(path)
        self.banner.hide()
        self._show_result()
        self.replay_button.setEnabled(False)
        try:
            info = await self._bridge.ask(lambda core: core.bundles.inspect(path))
            models = await self._bridge.ask(_models)
        except WorkbenchError as error:
            self.title.setText("This is no bundle")
            self.banner.show_message(str(error))
            return
        self.info = info
        self._show_info(info, models)
        self.replay_button.setEnabled(True)
        self.replay_button.setFocus()

    def _show_info(self, info: BundleInfo, models: tuple[ModelEntry, ...]) -> None:
        self.title.setText(" ".join(info.title.split()) or "Untitled")
        digest = f" ({info.model_sha256[:12]})" if info.model_sha256 else ""
        facts = (
            info.strategy,
            f"{model_name(info.model)}{digest}",
            f"seed {info.seed}",
            f"mode {info.mode}",
        )
        self.facts.setText(f"{' · '.join(facts)}\n{self.path}")
        self.output.set_text(info.output, follow=False)
        self.model.clear()
        self.model.add_choice(model_name(info.model), "", icon="models", note="as there")
        loaded = self._bridge.engine_status
        paths = {each.path for each in models}
        if loaded.model_path and loaded.model_path not in paths:
            self.model.add_choice(
                loaded.model_name, loaded.model_path, icon="models", note="loaded"
            )
        for each in models:
            if not each.error:
                self.model.add_choice(each.name, each.path, icon="models")
        if loaded.model_name == model_name(info.model):
            self.model.choose(loaded.model_path)

    # --- the replay ---------------------------------------------------------------------------

    @latest
    async def replay(self) -> None:
        """Do the run again here; the new run is kept."""
        if self.info is None:
            return
        path, model = self.path, str(self.model.currentData() or "")
        self.result = None
        self._show_result()
        self._set_busy(busy=True)
        self.banner.show_message("The run is done again here…", "text-2")
        try:
            self.result = await self._bridge.ask(lambda core: core.bundles.replay(path, model))
        except WorkbenchError as error:
            self.banner.show_message(str(error))
            return
        finally:
            self._set_busy(busy=False)
        self._show_result()
        self.replayed.emit()

    @Slot()
    def stop_replay(self) -> None:
        """Give the replay up; its run is kept as far as it came."""
        if not self.stop.isHidden():
            cancel(self, "replay")
            self.banner.show_message("The replay was stopped.", "warn")

    def _set_busy(self, *, busy: bool) -> None:
        self.stop.setVisible(busy)
        self.replay_button.setEnabled(not busy)
        self.model.setEnabled(not busy)

    def _show_result(self) -> None:
        result = self.result
        self.open_run.setVisible(result is not None)
        self._parting_part.setVisible(result is not None and result.token is not None)
        self._differences_part.setVisible(result is not None and bool(result.differences))
        if result is None:
            return
        exact = _EXACT if result.is_identical and result.same_logprobs else ""
        verdict = f"{result.verdict[:1].upper()}{result.verdict[1:]}{exact}: run {result.run_id:,}."
        self.banner.show_message(verdict, "ok" if result.is_identical else "warn")
        self.expected.set_text(result.expected, follow=False)
        self.found.set_text(result.found, follow=False)
        self.differences.setText("\n".join(result.differences))

    @Slot()
    def _on_open_run(self) -> None:
        if self.result is not None:
            self.run_wanted.emit(self.result.run_id)


async def _models(core: Workbench) -> tuple[ModelEntry, ...]:
    return await core.model_files.all()


def _texts(*named: tuple[str, StreamingText]) -> QWidget:
    body = QWidget()
    body.setLayout(
        column(
            *(column(Label(name, "micro", "text-3"), text, gap=2) for name, text in named), gap=8
        )
    )
    return body
