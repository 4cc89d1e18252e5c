"""Links editor, inputs and rendered prompt: hovering one highlights the others."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget

from workbench.domain.errors import TemplateError, WorkbenchError
from workbench.domain.prompts.prompt import Preview
from workbench.domain.servers import PREFIX
from workbench.domain.views import EngineStatus
from workbench.ui.design.preview.preview import RenderedPane
from workbench.ui.design.preview.reuse_view import ReuseView
from workbench.ui.design.work_area import WorkArea
from workbench.ui.kit.token_meter import Part, TokenMeter


class SourceMap(QObject):
    """The parts keep what they show; this knows only what is under the mouse in the editor.

    Args:
        work: editor and inputs.
        rendered: the rendered prompt.
        meter: the prompt against the context.
        reuse: what a change costs.
    """

    def __init__(
        self, work: WorkArea, rendered: RenderedPane, meter: TokenMeter, reuse: ReuseView
    ) -> None:
        super().__init__(rendered)
        self._work, self._rendered = work, rendered
        self._meter, self._reuse = meter, reuse
        self._hovered: tuple[int, str] = (0, "")
        editor = work.editor
        rendered.line_hovered.connect(editor.link_line)
        rendered.variable_hovered.connect(self._on_rendered_variable)
        rendered.place_clicked.connect(editor.go_to_line)
        rendered.variable_wanted.connect(work.inputs.fields.focus_input)
        editor.line_changed.connect(rendered.link_line)
        editor.line_hovered.connect(self._on_line)
        editor.variable_hovered.connect(self._on_variable)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def show_preview(
        self, preview: Preview, tones: Mapping[str, str], reserve: int, status: EngineStatus
    ) -> None:
        """Show another preview everywhere.

        Args:
            preview: with an error, the tokens of the last good one stay.
            tones: the colour token of each variable.
            reserve: tokens kept for the answer.
            status: the engine that counted.
        """
        if preview.error is not None:
            error = WorkbenchError.from_wire(preview.error)
            place = (error.line, error.column) if isinstance(error, TemplateError) else (0, 0)
            if self._work.half_typed.holds(*place):
                return
        self._rendered.show_preview(preview, tones)
        if preview.error is not None:
            return
        self._work.editor.show_line_tokens(preview.line_tokens, preview.line_passes)
        self._work.show_hints(preview.hints)
        self._reuse.show_preview(preview, tones)
        if preview.prompt_tokens is not None:
            self._meter.show_tokens(_parts(preview, tones), reserve, status.context_tokens)
        elif status.model_path.startswith(PREFIX):
            self._meter.show_uncounted("The server counts the tokens when the prompt runs")
        elif status.state != "empty":
            self._meter.show_uncounted("Counted as soon as a model is loaded")
        else:
            self._meter.show_tokens((), reserve, 0)

    def forget(self) -> None:
        """Another prompt is open, and it was not rendered yet: nothing of the last one stays."""
        self._rendered.show_preview(Preview(), {})
        self._reuse.show_preview(Preview(), {})
        self._work.inputs.fields.show_tokens({})
        self._meter.show_uncounted("Counted as soon as the prompt renders")

    @Slot(int)
    def _on_line(self, line: int) -> None:
        self._hovered = (line, self._hovered[1] if line else "")
        self._link_hovered()

    @Slot(str)
    def _on_variable(self, variable: str) -> None:
        self._hovered = (self._hovered[0], variable)
        self._link_hovered()

    def _link_hovered(self) -> None:
        """The variable under the mouse, or else the line; off the lines the one of the cursor."""
        line, variable = self._hovered
        if variable:
            self._rendered.link_variable(variable)
        else:
            self._rendered.link_line(line or self._work.editor.textCursor().blockNumber() + 1)

    @Slot(str)
    def _on_rendered_variable(self, variable: str) -> None:
        """The field of the variable gets a line around it."""
        for name, field in self._work.inputs.fields.fields.items():
            linked = name == variable
            if bool(field.property("linked")) != linked:
                field.setProperty("linked", linked)
                field.style().unpolish(field)
                field.style().polish(field)

    @Slot(QWidget, QWidget)
    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """A field of the inputs lights what its value became."""
        for name, field in self._work.inputs.fields.fields.items():
            if now is not None and (field is now or field.isAncestorOf(now)):
                self._rendered.link_variable(name)


def _parts(preview: Preview, tones: Mapping[str, str]) -> list[Part]:
    """The bar's parts, the largest first."""
    known = sum(preview.variable_tokens.values())
    filled = {name: tone for name, tone in tones.items() if name not in preview.missing}
    parts = [
        Part(name, preview.variable_tokens.get(name, 0), tone) for name, tone in filled.items()
    ]
    empty = sum(preview.variable_tokens.get(name, 0) for name in preview.missing)
    parts.append(Part("not filled in", empty, "text-off"))
    parts.append(Part("template", sum(preview.message_tokens) - known, "text-3"))
    parts.append(Part("chat format", preview.format_tokens, "line-access"))
    return sorted(parts, key=lambda part: -part.tokens)
