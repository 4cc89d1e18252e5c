"""Export: the results of the set that is open as files, its tables copied, charts as pictures."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.evaluation.results import REPORTS, ReportKind
from workbench.ui.actions import Action
from workbench.ui.kit import GhostButton
from workbench.ui.kit.menu import Menu
from workbench.ui.kit.pictures import png_bytes, svg_bytes, write_export
from workbench.ui.kit.text.copied import text_and_page
from workbench.ui.panels import Context
from workbench.ui.tasks import background
from workbench.ui.theme import color

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.evaluate.view_model import EvaluationModel

FILES: dict[str, tuple[str, str]] = {
    "csv": ("CSV table", "csv"),
    "jsonl": ("JSON Lines, whole answers", "jsonl"),
    "markdown": ("Markdown document", "md"),
    "html": ("HTML page", "html"),
    "junit": ("JUnit XML", "xml"),
    "png": ("Charts as PNG", "png"),
    "svg": ("Charts as SVG", "svg"),
}
"""What is written: its title and the end of its name. Pictures have the colours of the window."""
_PICTURES = ("png", "svg")
_SCALE = 2
_WITH_ANALYSIS: tuple[ReportKind, ...] = ("markdown", "html")


class ExportButton(GhostButton):
    """Export of the open set's results, with a menu of kinds.

    Args:
        context: of the workspace.
        model: whose result is exported.
        charts: gives the widget whose charts are exported; None where there are none.
    """

    def __init__(
        self,
        context: Context,
        model: EvaluationModel,
        charts: Callable[[], QWidget] | None = None,
    ) -> None:
        super().__init__("Export", "save", tip="Save or copy the results")
        self._context = context
        self._model = model
        self._charts = charts
        self.clicked.connect(self.show_menu)
        model.result_changed.connect(self._on_result)
        self._on_result()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What can be written."""
        return (*REPORTS, *(_PICTURES if self._charts is not None else ()))

    def has_result(self) -> bool:
        """Whether there is anything to export."""
        return self._model.result is not None

    def commands(self, scope: str) -> tuple[Action, ...]:
        """Commands for the palette, each in one view alone: pictures where charts are, else files.

        Args:
            scope: begins their ids.
        """
        kinds: tuple[str, ...] = REPORTS if self._charts is None else _PICTURES
        exports = tuple(
            Action(
                id=f"{scope}.export_{kind}",
                title=f"Export: {FILES[kind][0]}",
                run=functools.partial(self.ask, kind),
                when=self.has_result,
                icon="save",
            )
            for kind in kinds
        )
        if self._charts is not None:
            return exports
        copying = Action(
            id=f"{scope}.copy_tables",
            title="Copy the tables of the result",
            run=self.copy_tables,
            when=self.has_result,
            icon="copy",
        )
        return (*exports, copying)

    @Slot()
    def _on_result(self) -> None:
        self.setEnabled(self.has_result())

    @Slot()
    def show_menu(self) -> None:
        """Show the kinds under the button."""
        menu = Menu("Export", self)
        for kind in self.kinds:
            if kind == _PICTURES[0]:
                menu.addSeparator()
            entry = menu.addAction(f"{FILES[kind][0]}…")
            if kind in _PICTURES:
                entry.setToolTip("In the colours that the window has now")
            entry.triggered.connect(functools.partial(self._on_kind, kind))
        menu.addSeparator()
        menu.addAction("Copy the tables").triggered.connect(self.copy_tables)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def _on_kind(self, kind: str, _checked: bool = False) -> None:
        self.ask(kind)

    def ask(self, kind: str) -> None:
        """Ask where to, and write that kind there."""
        result = self._model.result
        if result is None:
            return
        title, suffix = FILES[kind]
        name = "".join(each if each.isalnum() or each in "-_ " else "-" for each in result.name)
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Export", f"{name.strip() or 'evaluation'}.{suffix}", f"{title} (*.{suffix})"
        )
        if chosen:
            self.export_to(chosen, kind)

    @background
    async def export_to(self, path: str, kind: str) -> None:
        """Write one kind into a file; the window says where it is, or why it is not."""
        evaluation, result, bridge = (
            self._model.evaluation,
            self._model.result,
            self._context.bridge,
        )
        if evaluation is None or result is None:
            return

        async def save(core: Workbench) -> None:
            analyses = []
            if kind in _WITH_ANALYSIS:
                analyses.append(await core.evaluations.analyse(evaluation, result))
            await core.evaluations.save_report([result], kind, path, analyses)

        try:
            if kind in _PICTURES and self._charts is not None:
                job = picture_job(kind, self._charts(), result.name)
                await bridge.ask(lambda _core: write_export(Path(path), job))
            else:
                await bridge.ask(save)
        except WorkbenchError as error:
            self._context.notify(str(error))
        else:
            self._context.notify(f"Saved to {path}.", "ok")

    @background
    async def copy_tables(self) -> None:
        """Put the tables of the result and its analysis on the clipboard, as Markdown and HTML."""
        evaluation, result = self._model.evaluation, self._model.result
        if evaluation is None or result is None:
            return
        bridge = self._context.bridge
        try:
            tables = await bridge.ask(lambda core: core.evaluations.tables(evaluation, result))
        except WorkbenchError as error:
            self._context.notify(str(error))
            return
        QGuiApplication.clipboard().setMimeData(text_and_page(tables.text, tables.page))
        self._context.notify("The tables are on the clipboard, as Markdown and as HTML.", "ok")


def picture_job(kind: str, widget: QWidget, title: str) -> Callable[[], bytes]:
    """What makes the file of a picture; it is painted now, as the window shows it.

    Args:
        kind: "png", at twice the size, or "svg".
        widget: with the charts.
        title: of an SVG.
    """
    ground = color("canvas")
    if kind == "svg":

        def paint(painter: QPainter) -> None:
            painter.fillRect(widget.rect(), ground)
            widget.render(painter, QPoint())

        content = svg_bytes(widget.size(), title, widget.accessibleDescription(), paint)
        return lambda: content
    image = QImage(widget.size() * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(ground)
    painter = QPainter(image)
    widget.render(painter, QPoint())
    painter.end()
    return functools.partial(png_bytes, image)
