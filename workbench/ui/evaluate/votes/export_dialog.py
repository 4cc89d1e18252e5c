"""Votes as files for training: what each kind gives is shown before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QLayout, QWidget

from workbench.domain.evaluation.preferences import (
    CHOSEN_PROMPT,
    ExportForm,
    ExportKind,
    PreferenceExport,
)
from workbench.domain.text import count_text
from workbench.ui.kit import Chooser, GhostButton, Label, PrimaryButton, Segmented, column, row
from workbench.ui.tasks import background, errors_to, latest

if TYPE_CHECKING:
    from workbench.service.evaluation.evaluation import Evaluation
    from workbench.ui.panels import Context

_WIDTH = 520
_KINDS: tuple[ExportKind, ...] = get_args(ExportKind)
_FORMS: tuple[ExportForm, ...] = get_args(ExportForm)
_ABOUT: dict[ExportKind, str] = {
    "dpo": "A row for each decided vote: prompt, chosen, rejected.",
    "kto": "Two rows with the label false for each pair that was both bad.",
    "sft": "A row for each answer that was preferred and never found worse.",
}


class ExportDialog(QDialog):
    """Choose a kind, see its rows counted, save it. Esc closes it."""

    def __init__(self, parent: QWidget, context: Context, evaluation: Evaluation) -> None:
        super().__init__(parent)
        self._context = context
        self._evaluation = evaluation
        self.export: PreferenceExport | None = None
        self.setWindowTitle("Export votes")
        self.setAccessibleName("Export votes")
        self.kind = Segmented("Kind", ["DPO", "KTO", "SFT"])
        self.form = Segmented("Texts", ["Messages", "Plain text"])
        self.prompt_of = Chooser("Prompt of the rows", width=260)
        self.prompt_of.add_choice("The preferred answer's own", CHOSEN_PROMPT)
        for each in evaluation.variants:
            self.prompt_of.add_choice(each.spec.name, each.spec.name, note="for all rows")
        self.about = Label("", "body", "text-2", wrap=True)
        self.count = Label("Counting…", "body-strong", wrap=True)
        self.left_out = Label("", "small", "text-3", wrap=True)
        for label in (self.about, self.count, self.left_out):
            label.setFixedWidth(_WIDTH)
        self.save = PrimaryButton("Save as…", "save")
        self.cancel = GhostButton("Cancel")
        self.save.setEnabled(False)
        layout = column(
            Label("Export votes", "heading"),
            row(self.kind, None, self.form),
            self.about,
            row(Label("Prompt", "body", "text-3"), self.prompt_of, None),
            self.count,
            self.left_out,
            row(None, self.cancel, self.save),
            margins=(24, 20, 24, 20),
            gap=12,
        )
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)  # as the counts grow
        self.setLayout(layout)
        self.kind.chosen.connect(self.read)
        self.form.chosen.connect(self.read)
        self.prompt_of.currentIndexChanged.connect(self.read)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.reject)
        self.save.setFocus()
        self.read()

    @latest
    async def read(self) -> None:
        """Make the rows that are chosen, and count them."""
        kind, form = _KINDS[self.kind.index], _FORMS[self.form.index]
        prompt_of = str(self.prompt_of.currentData())
        self.about.setText(_ABOUT[kind])
        self.save.setEnabled(False)
        evaluation = self._evaluation
        with errors_to(self.left_out.setText):
            self.export = await self._context.bridge.ask(
                lambda core: core.votes.export(evaluation, kind, form, prompt_of)
            )
            self.count.setText(self.export.sentence)
            words = [self.export.left_out_sentence]
            if self.export.different_prompts:
                many = count_text(self.export.different_prompts, "row")
                words.append(f"In {many} the two answers had different prompts.")
            self.left_out.setText(" ".join(each for each in words if each))
            self.save.setEnabled(bool(self.export.rows))

    @Slot()
    def _save(self) -> None:
        export = self.export
        if export is None:
            return
        folder = Path(self._evaluation.set.path).parent if self._evaluation.set.path else Path()
        name = f"votes-{export.kind}.jsonl"
        path, _ = QFileDialog.getSaveFileName(
            self, "Export votes", str(folder / name), "JSON lines (*.jsonl)"
        )
        if path:
            self.write(export, path)

    @background
    async def write(self, export: PreferenceExport, path: str) -> None:
        """Write the rows, and next to them what is known of each."""
        with errors_to(self.left_out.setText):
            about = await self._context.bridge.ask(lambda core: core.votes.save(export, path))
            rows = count_text(len(export.rows), "row")
            self._context.notify(
                f"Saved {rows} to {path}, and what is known of them to {Path(about).name}.", "ok"
            )
            self.accept()
