"""What tests of the Tree workspace do again and again."""

from __future__ import annotations

from tests.ui.conftest import until
from workbench.ui.tree.panel import TreePanel


def open_run(panel: TreePanel, run_id: int) -> None:
    panel.handle({"run_id": run_id})
    until(lambda: panel.model.run_id == run_id and bool(panel.model.replay.events))
    panel.model._again.stop()
    panel.canvas.refresh()
