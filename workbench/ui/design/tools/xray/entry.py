"""Opens the X-ray of a run from elsewhere in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workbench.domain.runs.spec import TemplatePrompt
from workbench.ui.design.run.open_run import take_prompt
from workbench.ui.design.tools.xray.pane import XRayPane
from workbench.ui.runs.explaining import ExplainRequest

if TYPE_CHECKING:
    from workbench.ui.design.inputs.prompt_options import PromptOptions
    from workbench.ui.design.tool_panes import SideContext, SideTabs


class XRayEntry(QObject):
    """Opens the prompt of a run, and once it is there shows its X-ray.

    Text that the prompt has by now stays one step of undo away.
    """

    def __init__(self, side: SideContext, stack: SideTabs, options: PromptOptions) -> None:
        super().__init__(stack)
        self._side, self._stack, self._options = side, stack, options
        self._wanted: ExplainRequest | None = None
        side.model.opened.connect(self._on_opened)
        side.model.failed.connect(self._on_failed)

    def open(self, request: ExplainRequest) -> None:
        """Explain a run; a newer request takes the place of one that is still being opened."""
        self._wanted = request
        self._side.model.open(request["path"])

    @Slot(str)
    def _on_opened(self, path: str) -> None:
        wanted = self._wanted
        if wanted is None or wanted["path"] != path:
            return
        self._wanted = None
        self._take_prompt(wanted)
        pane = self._stack.show_tool("xray")
        assert isinstance(pane, XRayPane)
        self._options.take_model(wanted["model"])
        pane.explain(wanted)

    def _take_prompt(self, wanted: ExplainRequest) -> None:
        """Text and values as the run had them."""
        prompt = TemplatePrompt(wanted["path"], wanted["source"], dict(wanted["variables"]))
        if take_prompt(self._side, wanted["run_id"], prompt, wanted.get("expected", "")):
            self._side.window.notify(
                f"The prompt is shown as run {wanted['run_id']:,} had it; the file stays as it is "
                "until you save, and Ctrl+Z takes it back."
            )

    @Slot(str)
    def _on_failed(self, _sentence: str) -> None:
        self._wanted = None
