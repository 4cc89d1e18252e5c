"""Opens X-ray in Design for a column's answer."""

from __future__ import annotations

from workbench.domain.runs.run_state import RunState
from workbench.ui.compare.columns.column_model import ColumnModel
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.panels import Context
from workbench.ui.runs.explaining import ExplainRequest, explain_request, why_no_dice, why_no_xray


class Explaining:
    """Says whether a column's shown run can be explained, and hands it to Design."""

    def __init__(self, model: CompareModel, context: Context) -> None:
        self._model = model
        self._context = context

    def why_no_xray(self, column: ColumnModel) -> str:
        """Why the shown run of a column cannot be X-rayed, "" where it can."""
        status = self._context.bridge.engine_status
        return why_no_xray(column.spec, column.state, status, column.info.title)

    def why_no_dice(self, column: ColumnModel) -> str:
        """Why it cannot be set against the pinned column's, "" where it can."""
        pinned = self._model.pinned
        other: tuple[int | None, RunState | None] | None = None
        if pinned is not None and pinned is not column:
            other = (pinned.run_id, pinned.state)
        status = self._context.bridge.engine_status
        return why_no_dice(column.spec, column.state, status, other)

    def xray(self, column: ColumnModel) -> None:
        """Open the X-ray of a column's shown run."""
        request = self._request(column)
        if request is not None and not self.why_no_xray(column):
            self._context.go("design", explain=request)

    def dice(self, column: ColumnModel) -> None:
        """Set a column's shown run against the pinned column's."""
        request, pinned = self._request(column), self._model.pinned
        if request is None or pinned is None or self.why_no_dice(column):
            return
        assert pinned.run_id is not None
        request["against"] = pinned.run_id
        request["against_note"] = pinned.info.title
        self._context.go("design", explain=request)

    @staticmethod
    def _request(column: ColumnModel) -> ExplainRequest | None:
        if column.run_id is None or column.spec is None or column.state is None:
            return None
        return explain_request(column.run_id, column.spec, column.state, column.info.title)
