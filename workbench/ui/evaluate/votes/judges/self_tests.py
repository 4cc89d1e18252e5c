"""What a model may judge, and whether it expects stereotypes: measured here, shown as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QDialog, QWidget

from workbench.domain.evaluation.judge_tables import JudgeTable, bias_table, self_test_table
from workbench.domain.evaluation.judging import BiasReport, SelfTest
from workbench.ui.evaluate.analysis.look import TextsTable
from workbench.ui.kit import (
    Chooser,
    GhostButton,
    Label,
    PrimaryButton,
    Segmented,
    column,
    row,
    set_tone,
    show_one,
)
from workbench.ui.tasks import cancel, errors_to, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.panels import Context

_WIDTH, _HEIGHT = 720, 208
_TELL_MS = 150
_SELF_TEST = (
    "30 questions with known answers: claims, pairs in both orders, levels of a rubric. "
    "A model may judge what it answers surely better than a coin."
)
_BIAS = (
    "Pairs of sentences that differ in one word for a group: which does the model expect more? "
    "One report for a model, axis by axis; it is no grade."
)
_ABOUT = (_SELF_TEST, _BIAS)
_BEGIN = (("Test the model", "Test it again"), ("Probe the model", "Probe it again"))


@dataclass
class _Asked:
    """How many questions have an answer, written on the core's thread and read here."""

    done: int = 0
    total: int = 0


class JudgeTests(QDialog):
    """Choose a model and a report, see what is known, measure it. Esc stops and closes.

    Args:
        parent: whose window it is over.
        context: of the workspace.
        model: path of the model that is chosen at first, "" for the usual one.
    """

    def __init__(self, parent: QWidget, context: Context, model: str = "") -> None:
        super().__init__(parent)
        self._bridge = context.bridge
        self._first = model
        self.test: SelfTest | None = None
        self.report: BiasReport | None = None
        self.is_running = False
        self._asked = _Asked()
        self.setWindowTitle("Models as judges")
        self.setAccessibleName("Models as judges")
        self.models = Chooser("Model to test", width=320)
        self.kind = Segmented("Report", ["Self-test", "Bias"])
        self.about = Label("", "body", "text-2", wrap=True)
        self.title = Label("", "body-strong", elide=True)
        self.table = TextsTable("Results of the model")
        self.sentences = Label("", "body", wrap=True)
        self.message = Label("", "small", "text-3", wrap=True)
        self.begin = PrimaryButton(_BEGIN[0][0], "play")
        self.stop = GhostButton("Stop", "stop")
        self.shut = GhostButton("Close")
        self._soon = QTimer(self, interval=_TELL_MS)
        self._soon.timeout.connect(self._show_progress)
        self._build()
        self.models.currentIndexChanged.connect(self._on_model)
        self.kind.chosen.connect(self._show)
        self.begin.clicked.connect(self.run)
        self.stop.clicked.connect(self.stop_run)
        self.shut.clicked.connect(self.reject)
        self._show()
        self.read()

    def _build(self) -> None:
        for label in (self.about, self.sentences, self.message):
            label.setFixedWidth(_WIDTH)
        self.table.setFixedSize(_WIDTH, _HEIGHT)
        layout = column(
            Label("Models as judges", "heading"),
            row(self.models, None, self.kind),
            self.about, self.title, self.table, self.sentences,
            margins=(24, 20, 24, 20), gap=12,
        )  # fmt: skip
        last = row(self.message, self.stop, self.shut, self.begin)
        self.message.setFixedWidth(_WIDTH - 300)
        last.insertStretch(1, 1)
        layout.addLayout(last)
        self.setLayout(layout)
        self.stop.hide()
        self.begin.setEnabled(False)

    # --- what is known --------------------------------------------------------------------------

    @latest
    async def read(self) -> None:
        """Read which models there are."""
        with errors_to(self._say_bad):
            entries = await self._bridge.ask(lambda core: core.model_files.all())
            self.models.blockSignals(True)
            for each in entries:
                if not each.error:
                    self.models.add_choice(
                        each.name, each.path, icon="models", note=each.quantization
                    )
            loaded = self._bridge.engine_status.model_path
            if not (self._first and self.models.choose(self._first)):
                self.models.choose(loaded)
            self.models.blockSignals(False)
            if not self.models.count():
                self._say_bad("There is no model yet: get one in Models.")
            self._on_model()

    @Slot()
    def _on_model(self) -> None:
        self.stop_run()
        self.test = self.report = None
        self._say("")
        self._show()
        if self.models.count():
            self._read_known()

    @latest
    async def _read_known(self) -> None:
        path = str(self.models.currentData())
        with errors_to(self._say_bad):
            self.test, self.report = await self._bridge.ask(lambda core: core.judges.known(path))
            self._show()

    @property
    def shown(self) -> JudgeTable | None:
        """The table of the report that is chosen, None where it was not made."""
        if self.kind.index == 0:
            return self_test_table(self.test) if self.test is not None else None
        return bias_table(self.report) if self.report is not None else None

    @Slot()
    def _show(self) -> None:
        kind, found = self.kind.index, self.shown
        self.about.setText(_ABOUT[kind])
        self.begin.set_text(_BEGIN[kind][found is not None])
        self.begin.setEnabled(bool(self.models.count()))
        for part in (self.models, self.kind):
            part.setEnabled(not self.is_running)
        self.table.show_rows(*((found.headings, found.rows) if found is not None else ((), ())))
        self.table.setVisible(found is not None)
        self.title.setText(found.title if found is not None else "Not measured yet.")
        self.sentences.setText("\n".join(found.sentences) if found is not None else "")
        self.sentences.setVisible(bool(self.sentences.text()))
        self.table.setAccessibleDescription(self.sentences.text())
        show_one(*((self.stop, self.begin) if self.is_running else (self.begin, self.stop)))
        self.adjustSize()

    # --- measuring ------------------------------------------------------------------------------

    @latest
    async def run(self) -> None:
        """Measure what is chosen, also where it is known."""
        if self.is_running or not self.models.count():
            return
        path, kind, is_known = str(self.models.currentData()), self.kind.index, bool(self.shown)
        asked = self._asked = _Asked()

        def note(done: int, total: int) -> None:
            asked.done, asked.total = done, total

        async def test(core: Workbench) -> SelfTest:
            return await core.judges.self_test(path, note, fresh=is_known)

        async def probe(core: Workbench) -> BiasReport:
            return await core.judges.bias(path, note, fresh=is_known)

        self._begin_run()
        try:
            with errors_to(self._say_bad):
                if kind == 0:
                    self.test = await self._bridge.ask(test)
                else:
                    self.report = await self._bridge.ask(probe)
                self._say("")
        finally:
            self._end_run()

    def _begin_run(self) -> None:
        self.is_running = True
        self._say("The model is loaded…")
        self._soon.start()
        self._show()
        self.stop.setFocus()

    def _end_run(self) -> None:
        self.is_running = False
        self._soon.stop()
        self._show()

    @Slot()
    def _show_progress(self) -> None:
        asked = self._asked
        if asked.total:
            self._say(f"{asked.done:,} of {asked.total:,} questions")

    @Slot()
    def stop_run(self) -> None:
        """Stop measuring; answers that are there are kept, and not asked for again."""
        if self.is_running:
            cancel(self, "run")
            self._say("Stopped. What was answered is kept.")

    def done(self, result: int) -> None:
        """Closed: nothing goes on unseen."""
        self.stop_run()
        super().done(result)

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)
        set_tone(self.message, "text-3")

    def _say_bad(self, sentence: str) -> None:
        self.message.setText(sentence)
        set_tone(self.message, "bad")
