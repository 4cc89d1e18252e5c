"""Opens the run of a cell elsewhere: in History, in Tree, or its X-ray in Design."""

from __future__ import annotations

from PySide6.QtCore import QObject

from workbench.ui.panels import Context
from workbench.ui.runs.explaining import explain_request, why_no_xray
from workbench.ui.tasks import latest


class Opening(QObject):
    """Goes to other workspaces with a run.

    Args:
        context: of the window.
    """

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context

    def history(self, run_id: int) -> None:
        """The whole run in History."""
        self._context.go("history", run_id=run_id)

    def tree(self, run_id: int) -> None:
        """The run as a tree."""
        self._context.go("tree", run_id=run_id)

    @latest
    async def xray(self, run_id: int, title: str, expected: str) -> None:
        """The X-ray of the run's answer, or the reason why there is none.

        Args:
            run_id: of the run.
            title: of its strategy.
            expected: the right answer, "" where there is no single one.
        """
        bridge = self._context.bridge
        spec = await bridge.ask(lambda core: core.runs.spec(run_id))
        state = await bridge.ask(lambda core: core.runs.load(run_id))
        reason = why_no_xray(spec, state, bridge.engine_status, title)
        if reason:
            self._context.notify(reason)
        else:
            request = explain_request(run_id, spec, state, expected=expected)
            self._context.go("design", explain=request)
